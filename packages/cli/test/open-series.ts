// Runs of `bench open` that never were, for the tests of what is made of them.
import type { OpenRun, OpenSeries } from '../src/bench/open-result.js';

/** A thousand opens in a second, each 10 µs of the node's time. */
export function createOpenRun(changes: Partial<OpenRun> = {}): OpenRun {
  return {
    opens: 1_000,
    elapsedMs: 1_000,
    latencyMs: { p50: 1, p99: 2, p999: 3 },
    serverCpuUs: 10_000,
    serverActiveMs: 950,
    generatorActiveMs: 500,
    rssGrowthBytes: 500_000,
    branchesLost: 0,
    ...changes,
  };
}

export const LOAD: OpenSeries['load'] = {
  connections: 5,
  depth: 200,
  storesPerRequest: 1,
  ratePerSec: null,
};

export function createOpenSeries(changes: Partial<OpenSeries> = {}): OpenSeries {
  return { load: LOAD, journal: 'memory', runs: [createOpenRun()], ...changes };
}
