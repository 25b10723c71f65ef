import { deliver } from '../bench/bench-report.js';
import { toMemoryReport } from '../bench/memory-report.js';
import { isOpenJournal, OPEN_JOURNALS } from '../bench/open-journal.js';
import { runMemory } from '../bench/run-memory.js';
import type { Command, Io } from '../command.js';
import { describeMachine } from '../demo/machine.js';
import { findReportFile } from '../demo/report-file.js';
import { runMeasurement } from '../demo/run-measurement.js';
import { RendezvousError } from '@rendezvous/protocol';

const NAME = 'bench memory';
const DEFAULT_REPORT = 'rendezvous-memory.html';

export interface BenchMemoryOptions {
  readonly branches: number;
  readonly journal: string;
  readonly after: number;
  readonly html: string | undefined;
  readonly json: boolean;
}

export const command: Command<BenchMemoryOptions> = {
  name: NAME,
  description: 'Measure the memory that open branches take at a node, and what comes back',
  usage: `${NAME} [options]`,
  examples: [
    { line: `rendezvous ${NAME}`, explanation: 'A million branches, opened and closed' },
    {
      line: `rendezvous ${NAME} --branches 100000 --after 10 --json`,
      explanation: 'For scripts: one line of JSON',
    },
  ],
  exitCodes: {
    0: 'measured, and the node held and closed every branch',
    3: 'the run proved nothing: a branch was refused or lost, or something failed',
    130: 'interrupted',
  },
  options: {
    branches: {
      type: 'integer',
      placeholder: 'N',
      min: 1,
      max: 1_000_000,
      default: 1_000_000,
      description: 'Branches that are open at the same time',
    },
    journal: {
      type: 'text',
      placeholder: 'JOURNAL',
      default: 'memory',
      description: `The node's journal: one of ${OPEN_JOURNALS.join(', ')}`,
    },
    after: {
      type: 'integer',
      placeholder: 'S',
      min: 1,
      max: 3_600,
      default: 60,
      description: 'Seconds of 100 opens each that follow the last close',
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
export async function run(options: BenchMemoryOptions, io: Io): Promise<number> {
  const { branches, journal, after, html, json } = options;
  if (!isOpenJournal(journal)) {
    const known = OPEN_JOURNALS.join(', ');
    throw new RendezvousError('config_invalid', `--journal is one of ${known}, not "${journal}"`);
  }
  const report = { command: NAME, html, json, defaultFile: DEFAULT_REPORT };
  const file = await findReportFile(report, io);
  const console = json ? io.stderr : io.stdout;
  return runMeasurement(
    io,
    console,
    (progress) =>
      runMemory({ branches, journal, afterMs: after * 1_000, progress, signal: io.signal }),
    async (result) => {
      const finishedAt = new Date().toUTCString();
      const delivery = { file, json, machine: describeMachine(), finishedAt };
      await deliver(toMemoryReport(result), delivery, io, console);
      return 0;
    },
  );
}
