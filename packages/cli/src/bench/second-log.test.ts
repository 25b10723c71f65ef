import { expect, test } from 'vitest';
import { SecondLog } from './second-log.js';

test('a latency counts in the second in which its operation was due, and in all', () => {
  const log = new SecondLog();
  log.record(0, 1);
  log.record(999, 3_000);
  log.record(2_500, 7);
  const { seconds, all } = log.toReport(4);
  expect(seconds.map(({ count }) => count)).toEqual([2, 0, 1, 0]);
  expect(seconds[2]?.p50).toBeCloseTo(7, 1);
  expect(seconds[1]).toEqual({ count: 0, p50: null, p99: null, p999: null });
  expect(all.count).toBe(3);
  expect(all.p50).toBeCloseTo(7, 1);
});
