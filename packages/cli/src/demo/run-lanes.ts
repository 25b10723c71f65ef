import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from './progress.js';

export interface LaneOptions {
  readonly total: number;
  readonly concurrency: number;
  /** Between two starts of one lane, at least. */
  readonly laneIntervalMs: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Runs `total` posts, up to `concurrency` at a time, and resolves with what came of each, in order. They
 * start at even intervals: a post's successor starts when it ends, so that a burst would come back for
 * ever.
 */
export async function runLanes<T>(
  { total, concurrency, laneIntervalMs, progress, signal }: LaneOptions,
  runPost: (index: number) => Promise<T>,
): Promise<T[]> {
  // One for each post that is about to start, and some for the processes.
  setMaxListeners(concurrency + 20, signal);
  const outcomes = new Array<T>(total);
  const nextStart = createPace(laneIntervalMs / concurrency, signal);
  let next = 0;
  let done = 0;
  const run = async (): Promise<void> => {
    for (let index = next++; index < total; index = next++) {
      await nextStart();
      outcomes[index] = await runPost(index);
      progress.advance((done += 1), total);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, run));
  return outcomes;
}

/** Calls resolve one after another, at least `intervalMs` apart. */
function createPace(intervalMs: number, signal: AbortSignal): () => Promise<void> {
  let lastMs = -Infinity;
  return async () => {
    const nowMs = performance.now();
    lastMs = Math.max(nowMs, lastMs + intervalMs);
    await sleep(lastMs - nowMs, undefined, { signal });
  };
}
