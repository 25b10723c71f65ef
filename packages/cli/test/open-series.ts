// Runs of `bench open` that never were, for the tests of what is made of them.
import type { NodeUsage } from '../src/bench/open-contracts.js';
import type { OpenRun, OpenSeries } from '../src/bench/open-result.js';

/** A node that was busy all the time. */
export function createNodeUsage(changes: Partial<NodeUsage> = {}): NodeUsage {
  return { cpuUs: 1_000_000, activeMs: 950, rssGrowthBytes: 500_000, ...changes };
}

/** A thousand opens in a second. */
export function createOpenRun(changes: Partial<OpenRun> = {}): OpenRun {
  return {
    opens: 1_000,
    elapsedMs: 1_000,
    latencyMs: { p50: 1, p99: 2, p999: 3 },
    node: createNodeUsage(),
    generator: { cpuUs: 500_000, activeMs: 500 },
    processorsBusy: 0.75,
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
