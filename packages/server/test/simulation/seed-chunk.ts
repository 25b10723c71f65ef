/** Some seeds in a row, as a worker runs them. */
import { runSeed } from './run-simulation.js';

export interface ChunkRequest {
  readonly firstSeed: number;
  readonly seedCount: number;
  /** Actions of each deployment. */
  readonly stepCount: number;
}

export interface ChunkResult {
  readonly counts: Readonly<Record<string, number>>;
  /** The first seed that fails; none is run after it. */
  readonly failure: { readonly seed: number; readonly message: string } | undefined;
}

export function runChunk({ firstSeed, seedCount, stepCount }: ChunkRequest): ChunkResult {
  const totals = new Map<string, number>();
  for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
    const { failure, counts } = runSeed(seed, stepCount);
    for (const [what, count] of counts) totals.set(what, (totals.get(what) ?? 0) + count);
    if (failure) {
      const { message } = failure;
      return { counts: Object.fromEntries(totals), failure: { seed, message } };
    }
  }
  return { counts: Object.fromEntries(totals), failure: undefined };
}
