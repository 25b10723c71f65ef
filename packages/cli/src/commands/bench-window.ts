import { writeFile } from 'node:fs/promises';
import { RendezvousError } from '@rendezvous/protocol';
import { parseNumbers } from '../bench/parse-numbers.js';
import { parseStores } from '../bench/parse-stores.js';
import { runWindow } from '../bench/run-window.js';
import { renderWindowReport } from '../bench/window-report.js';
import { toWindowJson, toWindowVerdict } from '../bench/window-result.js';
import {
  formatApproachTable,
  formatWindowNotes,
  formatWindowTable,
} from '../bench/window-table.js';
import type { Command, Io } from '../command.js';
import { LAG_MS_DEFAULT, LAG_MS_MAX, MEASUREMENT_OPTIONS } from '../shared-options.js';
import { findReportFile } from '../demo/report-file.js';
import { MEASUREMENT_EXIT_CODES, runMeasurement } from '../demo/run-measurement.js';
import { DEMO_STORES } from '../demo/stores/load-demo-store.js';

const NAME = 'bench window';
/** Those that every machine has after `npm run setup`, and the quickest to start. */
const DEFAULT_STORES = 'redis,postgres';
const DEFAULT_REPORT = 'rendezvous-window.html';

export interface BenchWindowOptions {
  readonly stores: string;
  readonly posts: number;
  readonly lag: string;
  readonly runs: number;
  readonly concurrency: number;
  readonly crossRegionRtt: number;
  readonly html: string | undefined;
  readonly json: boolean;
}

export const command: Command<BenchWindowOptions> = {
  name: NAME,
  description:
    'Measure the consistency window per store, with Rendezvous and with what people do instead',
  usage: `${NAME} [options]`,
  examples: [
    { line: `rendezvous ${NAME}`, explanation: 'Redis and PostgreSQL, and a figure' },
    {
      line: `rendezvous ${NAME} --stores redis,postgres --posts 200 --lag 100 --runs 3 --json`,
      explanation: 'For scripts: one line of JSON last, the median run of each store',
    },
  ],
  exitCodes: MEASUREMENT_EXIT_CODES,
  options: {
    stores: {
      type: 'text',
      placeholder: 'STORE,…',
      default: DEFAULT_STORES,
      description: `Datastores to run on, in the order of the report: any of ${DEMO_STORES.join(', ')}`,
    },
    posts: {
      type: 'integer',
      placeholder: 'N',
      min: 1,
      max: 1_000_000,
      default: 1_000,
      description: 'Posts to write and read, per store, run and phase',
    },
    lag: {
      type: 'text',
      placeholder: 'MS,…',
      default: String(LAG_MS_DEFAULT),
      description: `Lags that are injected into the replication, 0 to ${LAG_MS_MAX}; each is measured`,
    },
    runs: {
      type: 'integer',
      placeholder: 'N',
      min: 1,
      max: 100,
      default: 1,
      description: 'Runs of each store, by turns; the median one is reported',
    },
    concurrency: MEASUREMENT_OPTIONS.concurrency,
    crossRegionRtt: {
      type: 'integer',
      placeholder: 'MS',
      min: 0,
      max: 1_000,
      default: 80,
      description: 'Round trip between the regions, simulated, of reads in the region of the write',
    },
    html: {
      type: 'text',
      placeholder: 'FILE',
      description: `Where the report goes; without --json the default is ${DEFAULT_REPORT}`,
    },
    json: {
      type: 'flag',
      description: 'Print an array of results as one line on stdout, everything else on stderr',
    },
  },
};

/** Resolves with the exit code. Whatever the benchmark started is gone by then, also after Ctrl-C. */
export async function run(options: BenchWindowOptions, io: Io): Promise<number> {
  const stores = parseStores(NAME, options.stores);
  const reportFile = await findReportFile(
    { ...options, command: NAME, defaultFile: DEFAULT_REPORT },
    io,
  );
  const console = options.json ? io.stderr : io.stdout;
  const { posts, runs, concurrency, crossRegionRtt: crossRegionRttMs } = options;
  const lagsMs = parseNumbers(options.lag, { min: 0, max: LAG_MS_MAX });
  if (lagsMs === undefined || !lagsMs.every(Number.isInteger)) {
    throw new RendezvousError(
      'config_invalid',
      `${NAME}: --lag takes whole ms from 0 to ${LAG_MS_MAX}, each once and with commas between them, not "${options.lag}"`,
    );
  }
  return runMeasurement(
    io,
    console,
    (progress) =>
      runWindow({
        ...{ stores, runs, posts, lagsMs, concurrency, crossRegionRttMs },
        progress,
        signal: io.signal,
      }),
    async (results) => {
      const { exitCode, lines } = toWindowVerdict(results);
      const table = formatWindowTable(results);
      const instead = formatApproachTable(results);
      const notes = formatWindowNotes(results);
      console.write(`\n${table}\n${instead}\n${notes}\n\n${lines.join('\n')}\n`);
      if (reportFile !== undefined) {
        await writeFile(reportFile, renderWindowReport(results, new Date().toUTCString()));
        console.write(`Report: ${reportFile}\n`);
      }
      if (options.json) io.stdout.write(`${JSON.stringify(toWindowJson(results))}\n`);
      return exitCode;
    },
  );
}
