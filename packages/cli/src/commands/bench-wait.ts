import { runWait } from '../bench/run-wait.js';
import { parseCounts } from '../bench/parse-counts.js';
import { toWaitReport } from '../bench/wait-report.js';
import { reportOptions, type ReportOptions, runReported } from '../bench/report-options.js';
import type { Command, Io } from '../command.js';

const NAME = 'bench wait';
const DEFAULT_REPORT = 'rendezvous-wait.html';
const WAITERS_MAX = 100_000;

export interface BenchWaitOptions extends ReportOptions {
  readonly waiters: string;
  readonly duration: number;
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
    ...reportOptions(DEFAULT_REPORT),
  },
};

/** Resolves with the exit code. Whatever the benchmark started is gone by then, also after Ctrl-C. */
export async function run(options: BenchWaitOptions, io: Io): Promise<number> {
  const waiters = parseCounts('--waiters', options.waiters, WAITERS_MAX);
  const { signal } = io;
  return runReported({ name: NAME, defaultFile: DEFAULT_REPORT }, options, io, async (progress) =>
    toWaitReport(await runWait({ waiters, closedDurationMs: options.duration, progress, signal })),
  );
}
