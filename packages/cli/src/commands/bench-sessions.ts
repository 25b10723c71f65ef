import { deliver } from '../bench/bench-report.js';
import { runSessions } from '../bench/run-sessions.js';
import { toSessionsReport } from '../bench/sessions-report.js';
import type { Command, Io } from '../command.js';
import { describeMachine } from '../demo/machine.js';
import { findReportFile } from '../demo/report-file.js';
import { runMeasurement } from '../demo/run-measurement.js';

const NAME = 'bench sessions';
const DEFAULT_REPORT = 'rendezvous-sessions.html';

export interface BenchSessionsOptions {
  readonly sessions: number;
  readonly html: string | undefined;
  readonly json: boolean;
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
export async function run(options: BenchSessionsOptions, io: Io): Promise<number> {
  const { sessions, json } = options;
  const file = await findReportFile({ ...options, command: NAME, defaultFile: DEFAULT_REPORT }, io);
  const console = json ? io.stderr : io.stdout;
  return runMeasurement(
    io,
    console,
    (progress) => runSessions({ sessions, progress, signal: io.signal }),
    async (result) => {
      const finishedAt = new Date().toUTCString();
      const delivery = { file, json, machine: describeMachine(), finishedAt };
      await deliver(toSessionsReport(result), delivery, io, console);
      return 0;
    },
  );
}
