import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentile } from '../demo/statistics.js';
import { LatencyHistogram } from './latency-histogram.js';

function histogramOf(latenciesMs: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const latencyMs of latenciesMs) histogram.record(latencyMs);
  return histogram;
}

test('of nothing there is no percentile', () => {
  expect(new LatencyHistogram().percentileMs(0.5)).toBeUndefined();
});

test('below 128 µs every microsecond is told apart', () => {
  const histogram = histogramOf(Array.from({ length: 128 }, (_, us) => us / 1_000));
  expect(histogram.percentileMs(1)).toBe(0.127);
  expect(histogram.percentileMs(0.5)).toBe(0.063);
});

test('what is negative counts as nothing, what is endless as the longest', () => {
  const histogram = histogramOf([-1, Infinity]);
  expect(histogram.percentileMs(0.5)).toBe(0);
  expect(histogram.percentileMs(1)).toBeGreaterThan(2_100_000);
});

const latencies = fc.array(fc.double({ min: 0, max: 1_000_000, noNaN: true }), { minLength: 1 });
const ranks = fc.constantFrom(0.5, 0.99, 0.999, 1);

test('a percentile is within 0.4 % or a microsecond of the exact one', () => {
  fc.assert(
    fc.property(latencies, ranks, (values, rank) => {
      const exact = percentile(values, rank) ?? NaN;
      const found = histogramOf(values).percentileMs(rank) ?? NaN;
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(Math.max(exact * 0.004, 0.001));
    }),
  );
});

test('merging is the same as counting together', () => {
  fc.assert(
    fc.property(latencies, latencies, (left, right) => {
      const merged = histogramOf(left);
      merged.merge(histogramOf(right).toCounts());
      const together = histogramOf([...left, ...right]);
      expect(merged.toCounts()).toEqual(together.toCounts());
      expect(merged.total).toBe(together.total);
    }),
  );
});
