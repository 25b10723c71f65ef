import { expect, test } from 'vitest';
import { LatencyHistogram } from './latency-histogram.js';
import type { WaitRun } from './run-wait.js';
import { toWaitReport } from './wait-report.js';

function histogramOf(...latenciesMs: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const latencyMs of latenciesMs) histogram.record(latencyMs);
  return histogram;
}

const RUN: WaitRun = {
  woken: [
    { waiters: 1, rounds: 3, wakes: histogramOf(0.4, 0.5, 2), allWokenMs: [0.4, 0.5, 2] },
    { waiters: 2, rounds: 2, wakes: histogramOf(1, 2, 3, 4), allWokenMs: [2, 4] },
  ],
  closed: {
    waits: 1_000,
    elapsedMs: 500,
    latencyCounts: histogramOf(1, 1, 3).toCounts(),
    usage: { cpuUs: 1, activeMs: 1 },
  },
  node: { cpuUs: 4_000, activeMs: 100, rssGrowthBytes: 0 },
};

test('a row for each number of waits, and one for waits that have nothing to wait for', () => {
  const { json, rows, lines } = toWaitReport(RUN);
  expect(json).toMatchObject([
    { waiters: 1, wakeMs: { max: 2 }, allWokenMs: { p50: 0.5, max: 2 } },
    { waiters: 2, wakeMs: { max: 4 }, allWokenMs: { p50: 2, max: 4 } },
    { waiters: 0, waitsPerSec: 2_000, serverCpuUsPerWait: 4 },
  ]);
  expect(json[0]).toHaveProperty('wakeMs.p50', expect.closeTo(0.5, 1));
  expect(rows.map(([name]) => name)).toEqual(['1', '2', 'none: closed']);
  expect(lines).toHaveLength(3);
});
