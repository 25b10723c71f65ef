import { writeFile } from 'node:fs/promises';
import { findDataPlace } from '../bench/data-place.js';
import { OPEN_JOURNALS } from '../bench/open-journal.js';
import { parseOpenPlan } from '../bench/open-plan.js';
import { renderOpenReport } from '../bench/open-report.js';
import { toOpenJson, type OpenSeries } from '../bench/open-result.js';
import { formatOpenNotes, formatOpenTable, type OpenSetting } from '../bench/open-table.js';
import { toOpenVerdict } from '../bench/open-verdict.js';
import { runOpen } from '../bench/run-open.js';
import type { Command, Io } from '../command.js';
import { describeMachine } from '../demo/machine.js';
import { findReportFile } from '../demo/report-file.js';
import { runMeasurement } from '../demo/run-measurement.js';

const NAME = 'bench open';
const DEFAULT_REPORT = 'rendezvous-open.html';

export interface BenchOpenOptions {
  readonly connections: string | undefined;
  readonly depth: string | undefined;
  readonly clients: string | undefined;
  readonly rate: number | undefined;
  readonly storesPerRequest: string;
  readonly journal: string;
  readonly duration: number;
  readonly opens: number | undefined;
  readonly runs: number;
  readonly generators: number;
  readonly data: string | undefined;
  readonly html: string | undefined;
  readonly json: boolean;
}

export const command: Command<BenchOpenOptions> = {
  name: NAME,
  description: 'Measure what opening branches costs at a node, per journal',
  usage: `${NAME} [options]`,
  examples: [
    { line: `rendezvous ${NAME}`, explanation: 'Every journal under 1,000 requests in flight' },
    {
      line: `rendezvous ${NAME} --clients 200,400,600,800,1000`,
      explanation: 'How throughput and latency grow with clients that wait for each answer',
    },
    {
      line: `rendezvous ${NAME} --stores-per-request 1,5,10,15,20,100,1000`,
      explanation: 'Requests that write to more and more stores',
    },
    {
      line: `rendezvous ${NAME} --connections 5,1000 --depth 200,1`,
      explanation: 'Few busy connections, and many of little use',
    },
    {
      line: `rendezvous ${NAME} --rate 10000 --json`,
      explanation: 'Latency at a fixed rate, for scripts: one line of JSON last',
    },
  ],
  exitCodes: {
    0: 'measured, and the node knows every branch that it acknowledged',
    1: 'the node does not know a branch that it acknowledged',
    3: 'the run proved nothing: an open was refused, or something failed',
    130: 'interrupted',
  },
  options: {
    connections: {
      type: 'text',
      placeholder: 'N,…',
      description:
        'Connections to the node, 1 to 10000, without it 5; several values go with those of --depth',
    },
    depth: {
      type: 'text',
      placeholder: 'N,…',
      description:
        'Requests in flight per connection, 1 to 65536; at most so many with --rate; without it 200, or as many as the node takes',
    },
    clients: {
      type: 'text',
      placeholder: 'N,…',
      description:
        'Connections with one request in flight each, instead of --connections and --depth',
    },
    rate: {
      type: 'integer',
      placeholder: 'N',
      min: 1,
      max: 1_000_000,
      description: 'Requests that become due a second; without it a connection sends as one ends',
    },
    storesPerRequest: {
      type: 'text',
      placeholder: 'N,…',
      default: '1',
      description: 'Stores in which each request opens a branch, 1 to 1000; each value is measured',
    },
    journal: {
      type: 'text',
      placeholder: 'JOURNAL,…',
      default: OPEN_JOURNALS.join(','),
      description: `Journals to measure, by turns: any of ${OPEN_JOURNALS.join(', ')}; ratios are to the first`,
    },
    duration: {
      type: 'integer',
      placeholder: 'MS',
      min: 100,
      max: 60_000,
      default: 3_000,
      description: 'How long a run sends; it ends earlier at 800,000 branches',
    },
    opens: {
      type: 'integer',
      placeholder: 'N',
      min: 1,
      max: 800_000,
      description: 'Requests that a run sends at most',
    },
    runs: {
      type: 'integer',
      placeholder: 'N',
      min: 1,
      max: 100,
      default: 3,
      description: 'Runs of each load and journal, by turns; the median one is reported',
    },
    generators: {
      type: 'integer',
      placeholder: 'N',
      min: 1,
      max: 64,
      default: 1,
      description: 'Processes that generate the load; more need more processors',
    },
    data: {
      type: 'text',
      placeholder: 'DIR',
      description: "Where journals are kept meanwhile; without it the system's temporary folder",
    },
    html: {
      type: 'text',
      placeholder: 'FILE',
      description: `Where the report goes, with the numbers beside it as .json; without --json the default is ${DEFAULT_REPORT}`,
    },
    json: {
      type: 'flag',
      description: 'Print an array of rows as one line on stdout, everything else on stderr',
    },
  },
};

/** Resolves with the exit code. Whatever the benchmark started is gone by then, also after Ctrl-C. */
export async function run(options: BenchOpenOptions, io: Io): Promise<number> {
  const plan = parseOpenPlan(options);
  const data = await findDataPlace(options.data, io.cwd);
  const reportFile = await findReportFile(
    { ...options, command: NAME, defaultFile: DEFAULT_REPORT },
    io,
  );
  const console = options.json ? io.stderr : io.stdout;
  const { duration: durationMs, opens: opensMax, runs, generators } = options;
  const limits = { durationMs, opensMax, runs, generators, parentDirectory: data.directory };
  return runMeasurement(
    io,
    console,
    (progress) => runOpen({ plan, ...limits, progress, signal: io.signal }),
    async (series) => {
      const setting: OpenSetting = { durationMs, data, machine: describeMachine() };
      const { exitCode, lines } = toOpenVerdict(series);
      const table = formatOpenTable(series);
      console.write(`\n${table}\n${formatOpenNotes(setting)}\n\n${lines.join('\n')}\n`);
      if (reportFile !== undefined) {
        await writeReport(reportFile, series, setting);
        console.write(`Report: ${reportFile}\n`);
      }
      if (options.json) io.stdout.write(`${JSON.stringify(toOpenJson(series))}\n`);
      return exitCode;
    },
  );
}

/** The page, and the rows beside it under the same name. */
async function writeReport(
  file: string,
  series: readonly OpenSeries[],
  setting: OpenSetting,
): Promise<void> {
  await writeFile(file, renderOpenReport(series, setting, new Date().toUTCString()));
  const json = `${JSON.stringify(toOpenJson(series), undefined, 2)}\n`;
  await writeFile(`${file.replace(/\.html?$/i, '')}.json`, json);
}
