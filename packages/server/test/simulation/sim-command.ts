/** `npm run sim`: simulates, tells what it went through, and explains the first failure. */
import { faultsOf, readCells } from './model/state-table.js';
import { explainFailure } from './run-simulation.js';
import { type PoolResult, runSeeds } from './seed-pool.js';
import { HELP, parseSimOptions, type SimOptions, UsageError } from './sim-options.js';
import { describeCells, describeTotals } from './sim-report.js';

export interface SimIo {
  readonly out: (text: string) => void;
  /** Progress, and what is wrong. */
  readonly err: (text: string) => void;
  readonly signal: AbortSignal;
  /** The program that a worker thread runs. */
  readonly program: URL;
}

/** With so many deployments, every possible cell has been reached. */
const TABLE_SEED_COUNT = 1_000;

const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Returns the exit code. */
export async function runSimCommand(args: readonly string[], io: SimIo): Promise<number> {
  try {
    const options = parseSimOptions(args);
    if (!options.help) return await simulate(options, io);
    io.out(HELP);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err(`${error.message}\nSee npm run sim -- --help\n`);
    return EXIT.usage;
  }
}

async function simulate(options: SimOptions, io: SimIo): Promise<number> {
  const { firstSeed, seedCount, stepCount, quick } = options;
  const onProgress = (doneCount: number): void => {
    if (doneCount % 100 === 0 || quick) io.err(`${String(doneCount)} of ${String(seedCount)}\n`);
  };
  const { signal, program } = io;
  const result = await runSeeds({ ...options, onProgress, signal, program });
  const cells = readCells(new Map(Object.entries(result.counts)));
  const isWhole = result.seedCount >= TABLE_SEED_COUNT && stepCount >= 200 && !quick;
  const faults = isWhole && !result.failure ? faultsOf(cells) : [];
  if (options.json) {
    io.out(`${JSON.stringify({ firstSeed, stepCount, ...result, cells, faults })}\n`);
  } else {
    io.out(`${describeTotals(options, result)}\n\n${describeCells(cells)}\n`);
    for (const fault of faults) io.err(`table: ${fault}\n`);
  }
  if (result.failure) await explain(options, result, io);
  if (result.failure || faults.length > 0) return EXIT.failed;
  return signal.aborted ? EXIT.interrupted : EXIT.ok;
}

async function explain(
  { stepCount, quick }: SimOptions,
  { failure }: PoolResult,
  io: SimIo,
): Promise<void> {
  if (!failure) return;
  io.err(`\nseed ${String(failure.seed)}: ${failure.message}\n`);
  if (quick) return;
  io.err('looking for the least that leads to it …\n');
  // Lets what was said so far out first: what follows takes a while.
  await new Promise(setImmediate);
  io.err(`${explainFailure(failure.seed, stepCount)}\n`);
}
