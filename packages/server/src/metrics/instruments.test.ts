import { expect, test } from 'vitest';
import { Counter, Histogram } from './instruments.js';

test('a counter adds up', () => {
  const counter = new Counter();
  counter.add();
  counter.add(3);
  expect(counter.value).toBe(4);
});

test('a value at a bound is in its bucket, and what is above all bounds is kept', () => {
  const histogram = new Histogram([1, 5]);
  for (const value of [0, 1, 1.5, 5, 5.1, 1_000]) histogram.observe(value);
  expect([...histogram.counts]).toEqual([2, 2, 2]);
  expect(histogram.sum).toBeCloseTo(1_012.6);
});
