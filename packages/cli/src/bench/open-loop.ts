/**
 * Operations that start at a fixed rate, whatever became of those before. A latency counts from when its
 * operation was due, so that a system which falls behind cannot slow the clock down (G. Tene, "How NOT to
 * Measure Latency").
 */

import { RendezvousError } from '@rendezvous/protocol';

/** How often operations that are due are looked for: the finest that timers do. */
const TICK_MS = 1;

export interface OpenLoop {
  readonly ratePerSec: number;
  readonly durationMs: number;
}

/**
 * Calls `operate` for each operation once it is due, with when it was due and a clock, both in ms from the
 * beginning. Resolves when all have ended; rejects as the first that fails.
 */
export function runOpenLoop(
  { ratePerSec, durationMs }: OpenLoop,
  operate: (dueMs: number, elapsedMs: () => number) => Promise<void>,
): Promise<void> {
  const total = Math.floor((ratePerSec * durationMs) / 1_000);
  const originMs = performance.now();
  const elapsedMs = (): number => performance.now() - originMs;
  let started = 0;
  let ended = 0;
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      ended += 1;
      if (ended === total) resolve();
    };
    const ticker = setInterval(() => {
      const dueCount = countDue(elapsedMs(), ratePerSec, total);
      while (started < dueCount) {
        const dueMs = (started * 1_000) / ratePerSec;
        started += 1;
        operate(dueMs, elapsedMs).then(finish, (error: unknown) => {
          clearInterval(ticker);
          reject(RendezvousError.from(error));
        });
      }
      if (started === total) clearInterval(ticker);
    }, TICK_MS);
    if (total === 0) {
      clearInterval(ticker);
      resolve();
    }
  });
}

/** How many of `total` operations are due after `elapsedMs`: the first at once. */
export function countDue(elapsedMs: number, ratePerSec: number, total: number): number {
  return Math.min(total, Math.floor((elapsedMs * ratePerSec) / 1_000) + 1);
}
