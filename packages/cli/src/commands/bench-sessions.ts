import { runSessions } from '../bench/run-sessions.js';
import { toSessionsReport } from '../bench/sessions-report.js';
import { reportOptions, type ReportOptions, runReported } from '../bench/report-options.js';
import type { Command, Io } from '../command.js';

const NAME = 'bench sessions';
const DEFAULT_REPORT = 'rendezvous-sessions.html';

export interface BenchSessionsOptions extends ReportOptions {
  readonly sessions: number;
}

export const command: Command<BenchSessionsOptions> = {
  name: NAME,
  description: 'Measure what idle sessions take, and how soon they are back after a restart',
  usage: `${NAME} [options]`,
  examples: [
    {
      line: `rendezvous ${NAME}`,
      explanation: '10,000 clients of one node, which is started again',
    },
    {
      line: `rendezvous ${NAME} --sessions 1000 --json`,
      explanation: 'For scripts: one line of JSON',
    },
  ],
  exitCodes: {
    0: 'measured, and every session came back',
    3: 'the run proved nothing: a client did not connect or come back, or something failed',
    130: 'interrupted',
  },
  options: {
    sessions: {
      type: 'integer',
      placeholder: 'N',
      min: 1,
      max: 100_000,
      default: 10_000,
      description: 'Clients, each with a session; a process must be allowed so many connections',
    },
    ...reportOptions(DEFAULT_REPORT),
  },
};

/** Resolves with the exit code. Whatever the benchmark started is gone by then, also after Ctrl-C. */
export async function run(options: BenchSessionsOptions, io: Io): Promise<number> {
  const plan = { sessions: options.sessions, signal: io.signal };
  return runReported({ name: NAME, defaultFile: DEFAULT_REPORT }, options, io, async (progress) =>
    toSessionsReport(await runSessions({ ...plan, progress })),
  );
}
