import type { OverheadTimes } from './overhead-contracts.js';

/** What runs one operation; `index` counts from 0. */
export type Operation = (index: number) => Promise<void>;

/**
 * Times two operations by turns, one at a time: what disturbs the machine for a while disturbs both. Which
 * of them goes first changes every time. The first `warmUp` of each do not count.
 */
export async function takeTurns(
  bare: Operation,
  wrapped: Operation,
  count: number,
  warmUp: number,
): Promise<OverheadTimes> {
  const times = { bareMs: [] as number[], wrappedMs: [] as number[] };
  for (let index = 0; index < warmUp + count; index++) {
    const timeBare = async (): Promise<number> => times.bareMs.push(await time(bare, index));
    const timeWrapped = async (): Promise<number> =>
      times.wrappedMs.push(await time(wrapped, index));
    for (const turn of index % 2 === 0 ? [timeBare, timeWrapped] : [timeWrapped, timeBare]) {
      await turn();
    }
  }
  return { bareMs: times.bareMs.slice(warmUp), wrappedMs: times.wrappedMs.slice(warmUp) };
}

async function time(operation: Operation, index: number): Promise<number> {
  const startedAtMs = performance.now();
  await operation(index);
  return performance.now() - startedAtMs;
}
