import { toMemoryReport } from '../bench/memory-report.js';
import { isOpenJournal, OPEN_JOURNALS } from '../bench/open-journal.js';
import { runMemory } from '../bench/run-memory.js';
import { reportOptions, type ReportOptions, runReported } from '../bench/report-options.js';
import type { Command, Io } from '../command.js';
import { RendezvousError } from '@rendezvous/protocol';

const NAME = 'bench memory';
const DEFAULT_REPORT = 'rendezvous-memory.html';

export interface BenchMemoryOptions extends ReportOptions {
  readonly branches: number;
  readonly journal: string;
  readonly after: number;
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
    ...reportOptions(DEFAULT_REPORT),
  },
};

/** Resolves with the exit code. Whatever the benchmark started is gone by then, also after Ctrl-C. */
export async function run(options: BenchMemoryOptions, io: Io): Promise<number> {
  const { branches, journal, after } = options;
  if (!isOpenJournal(journal)) {
    const known = OPEN_JOURNALS.join(', ');
    throw new RendezvousError('config_invalid', `--journal is one of ${known}, not "${journal}"`);
  }
  const plan = { branches, journal, afterMs: after * 1_000, signal: io.signal };
  return runReported({ name: NAME, defaultFile: DEFAULT_REPORT }, options, io, async (progress) =>
    toMemoryReport(await runMemory({ ...plan, progress })),
  );
}
