/**
 * Measures consistency windows on several datastores: the demo's application, on each of them,
 * several times, at each lag. They take turns, so that what disturbs the machine for a while disturbs all.
 */
import type { Progress } from '../demo/progress.js';
import { runDemo } from '../demo/run-demo.js';
import { runAlternatives } from './run-alternatives.js';
import type { DemoResult } from '../demo/demo-result.js';
import type { DemoStoreName } from '../demo/stores/load-demo-store.js';
import type { StoreRuns } from './window-result.js';

export interface WindowOptions {
  /** In the order of the report; none twice. */
  readonly stores: readonly DemoStoreName[];
  /** Per store. */
  readonly runs: number;
  /** Per phase of a run. */
  readonly posts: number;
  /** Of the runs; none twice. */
  readonly lagsMs: readonly number[];
  /** Between the regions, for reads that go to the origin. */
  readonly crossRegionRttMs: number;
  readonly concurrency: number;
  readonly progress: Progress;
  /** Ends the benchmark: everything it started is gone before it rejects. */
  readonly signal: AbortSignal;
}

export async function runWindow(options: WindowOptions): Promise<StoreRuns[]> {
  const { stores, runs, posts, lagsMs, concurrency, crossRegionRttMs, progress, signal } = options;
  const results = stores.flatMap((store) =>
    lagsMs.map((lagMs) => ({ store, lagMs, runs: [] as DemoResult[] })),
  );
  for (let run = 1; run <= runs; run++) {
    for (const { store, lagMs, runs: done } of results) {
      progress.note(`${store}, lag ${lagMs} ms, run ${run} of ${runs}`);
      const result = await runDemo({
        ...{ store, posts, lagMs, concurrency, progress, signal },
        runAlternatives: (phase, baseline) => runAlternatives(phase, baseline, crossRegionRttMs),
      });
      done.push(result);
    }
  }
  return results;
}
