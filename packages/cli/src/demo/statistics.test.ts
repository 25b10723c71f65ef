import { expect, test } from 'vitest';
import { medianOf, percentile, summarize } from './statistics.js';

const ONE_TO_HUNDRED = Array.from({ length: 100 }, (_, index) => 100 - index);

test.each([
  { values: [], rank: 0.5, expected: undefined },
  { values: [7], rank: 0.5, expected: 7 },
  { values: [7], rank: 0.99, expected: 7 },
  { values: [3, 1, 2], rank: 0.5, expected: 2 },
  { values: [1, 2, 3, 4], rank: 0.5, expected: 2 },
  { values: ONE_TO_HUNDRED, rank: 0.5, expected: 50 },
  { values: ONE_TO_HUNDRED, rank: 0.99, expected: 99 },
  { values: ONE_TO_HUNDRED, rank: 1, expected: 100 },
])(
  'percentile() is a value that was measured: $rank of $values.length',
  ({ values, rank, expected }) => {
    expect(percentile(values, rank)).toBe(expected);
  },
);

test('percentile() leaves its argument in order', () => {
  const values = [3, 1, 2];
  percentile(values, 0.5);
  expect(values).toEqual([3, 1, 2]);
});

test('summarize() rounds to hundredths, and says null of nothing', () => {
  expect(summarize([1.23456])).toEqual({ p50: 1.23, p99: 1.23 });
  expect(summarize([])).toEqual({ p50: null, p99: null });
});

test('medianOf() calls one after another, as often as asked', async () => {
  const log: string[] = [];
  await medianOf(2, async (index) => {
    log.push(`start ${index}`);
    await Promise.resolve();
    log.push(`end ${index}`);
  });
  expect(log).toEqual(['start 0', 'end 0', 'start 1', 'end 1']);
});
