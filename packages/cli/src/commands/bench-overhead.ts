import { writeFile } from 'node:fs/promises';
import { RendezvousError } from '@rendezvous/protocol';
import { renderOverheadReport } from '../bench/overhead-report.js';
import { toOverheadJson } from '../bench/overhead-result.js';
import { formatOverheadNotes, formatOverheadTable } from '../bench/overhead-table.js';
import { parseNumbers } from '../bench/parse-numbers.js';
import { parseStores } from '../bench/parse-stores.js';
import { runOverhead } from '../bench/run-overhead.js';
import type { Command, Io } from '../command.js';
import { findReportFile } from '../demo/report-file.js';
import { runMeasurement } from '../demo/run-measurement.js';
import { DEMO_STORES } from '../demo/stores/load-demo-store.js';

const NAME = 'bench overhead';
const DEFAULT_STORES = 'postgres,redis,mariadb,mysql';
const DEFAULT_REPORT = 'rendezvous-overhead.html';
const RTT_MS_MAX = 1_000;

export interface BenchOverheadOptions {
  readonly stores: string | undefined;
  readonly rtt: string;
  readonly operations: number;
  readonly html: string | undefined;
  readonly json: boolean;
}

export const command: Command<BenchOverheadOptions> = {
  name: NAME,
  description: 'Measure what a wrapped client costs beside the bare one, per datastore',
  usage: `${NAME} [options]`,
  examples: [
    { line: `rendezvous ${NAME}`, explanation: 'Every datastore that is installed, and charts' },
    {
      line: `rendezvous ${NAME} --stores redis --rtt 0.5 --json`,
      explanation: 'One datastore half a millisecond away, for scripts: one line of JSON last',
    },
  ],
  exitCodes: {
    0: 'measured',
    3: 'the run proved nothing: the node could not be asked, or something failed',
    130: 'interrupted',
  },
  options: {
    stores: {
      type: 'text',
      placeholder: 'STORE,…',
      description: `Datastores to run on: any of ${DEMO_STORES.join(', ')}; without it those of ${DEFAULT_STORES} that are installed`,
    },
    rtt: {
      type: 'text',
      placeholder: 'MS,…',
      default: '0,1',
      description: `Round trips to the datastore and to the node to simulate, 0 to ${RTT_MS_MAX}`,
    },
    operations: {
      type: 'integer',
      placeholder: 'N',
      min: 1,
      max: 1_000_000,
      default: 1_000,
      description: 'Operations of each client per comparison, after a warm-up',
    },
    html: {
      type: 'text',
      placeholder: 'FILE',
      description: `Where the report goes; without --json the default is ${DEFAULT_REPORT}`,
    },
    json: {
      type: 'flag',
      description: 'Print an array of rows as one line on stdout, everything else on stderr',
    },
  },
};

/** Resolves with the exit code. Whatever the benchmark started is gone by then, also after Ctrl-C. */
export async function run(options: BenchOverheadOptions, io: Io): Promise<number> {
  const { operations } = options;
  const stores = parseStores(NAME, options.stores ?? DEFAULT_STORES);
  const rttsMs = parseNumbers(options.rtt, { min: 0, max: RTT_MS_MAX });
  if (rttsMs === undefined) {
    throw new RendezvousError(
      'config_invalid',
      `${NAME}: --rtt takes times in ms, 0 to ${RTT_MS_MAX}, each once and with commas between them, not "${options.rtt}"`,
    );
  }
  const reportFile = await findReportFile(
    { ...options, command: NAME, defaultFile: DEFAULT_REPORT },
    io,
  );
  const console = options.json ? io.stderr : io.stdout;
  const availableOnly = options.stores === undefined;
  return runMeasurement(
    io,
    console,
    (progress) =>
      runOverhead({ stores, availableOnly, rttsMs, operations, progress, signal: io.signal }),
    async (result) => {
      console.write(`\n${formatOverheadTable(result)}\n${formatOverheadNotes(result)}\n`);
      if (reportFile !== undefined) {
        await writeFile(reportFile, renderOverheadReport(result, new Date().toUTCString()));
        console.write(`Report: ${reportFile}\n`);
      }
      if (options.json) io.stdout.write(`${JSON.stringify(toOverheadJson(result.samples))}\n`);
      return 0;
    },
  );
}
