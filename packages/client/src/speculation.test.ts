import { expect, test } from 'vitest';
import { SpeculationGauge } from './speculation.js';

const record = (gauge: SpeculationGauge, outcome: 'hit' | 'miss', count: number): void => {
  for (let index = 0; index < count; index++) gauge.record(outcome);
};

test('reads are issued early until most of them turn out to be misses', () => {
  const gauge = new SpeculationGauge();
  expect(gauge.pays).toBe(true);
  record(gauge, 'miss', 5);
  expect(gauge.pays).toBe(true);
  record(gauge, 'miss', 1);
  expect(gauge.pays).toBe(false);
});

test('and again once they would have been hits', () => {
  const gauge = new SpeculationGauge();
  record(gauge, 'miss', 1_000);
  record(gauge, 'hit', 6);
  expect(gauge.pays).toBe(true);
});

test('a few misses among hits change nothing', () => {
  const gauge = new SpeculationGauge();
  for (let index = 0; index < 100; index++) {
    record(gauge, 'hit', 3);
    record(gauge, 'miss', 2);
    expect(gauge.pays).toBe(true);
  }
});
