import { deliver } from '../bench/bench-report.js';
import { runWait } from '../bench/run-wait.js';
import { parseCounts } from '../bench/parse-counts.js';
import { toWaitReport } from '../bench/wait-report.js';
import type { Command, Io } from '../command.js';
import { describeMachine } from '../demo/machine.js';
import { findReportFile } from '../demo/report-file.js';
import { runMeasurement } from '../demo/run-measurement.js';

const NAME = 'bench wait';
const DEFAULT_REPORT = 'rendezvous-wait.html';
const WAITERS_MAX = 100_000;

export interface BenchWaitOptions {
  readonly waiters: string;
  readonly duration: number;
  readonly html: string | undefined;
  readonly json: boolean;
}

export const command: Command<BenchWaitOptions> = {
  name: NAME,
  description: 'Measure how fast a close ends the waits for it, and what a wait costs',
  usage: `${NAME} [options]`,
  examples: [
    {
      line: `rendezvous ${NAME}`,
      explanation: 'With 1, 1,000 and 10,000 waits that one close ends',
    },
    { line: `rendezvous ${NAME} --waiters 1 --json`, explanation: 'For scripts: one line of JSON' },
  ],
  exitCodes: {
    0: 'measured, and every wait was answered `consistent`, none before its close',
    3: 'the run proved nothing: a wait had another answer, or something failed',
    130: 'interrupted',
  },
  options: {
    waiters: {
      type: 'text',
      placeholder: 'N,…',
      default: '1,1000,10000',
      description: `Waits that one close ends, 1 to ${WAITERS_MAX}; each value is measured`,
    },
    duration: {
      type: 'integer',
      placeholder: 'MS',
      min: 100,
      max: 60_000,
      default: 3_000,
      description: 'How long waits are sent for what is closed already',
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
export async function run(options: BenchWaitOptions, io: Io): Promise<number> {
  const waiters = parseCounts('--waiters', options.waiters, WAITERS_MAX);
  const file = await findReportFile({ ...options, command: NAME, defaultFile: DEFAULT_REPORT }, io);
  const console = options.json ? io.stderr : io.stdout;
  return runMeasurement(
    io,
    console,
    (progress) =>
      runWait({ waiters, closedDurationMs: options.duration, progress, signal: io.signal }),
    async (result) => {
      const finishedAt = new Date().toUTCString();
      const delivery = { file, json: options.json, machine: describeMachine(), finishedAt };
      await deliver(toWaitReport(result), delivery, io, console);
      return 0;
    },
  );
}
