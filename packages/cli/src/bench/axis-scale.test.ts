import { expect, test } from 'vitest';
import { toScale } from './axis-scale.js';

test('values alike share a linear axis from 0', () => {
  const scale = toScale([120, 150, 101, 104]);
  expect(scale).toMatchObject({ isLogarithmic: false, ticks: [0, 37.5, 75, 112.5, 150] });
  expect([scale.place(0), scale.place(75), scale.place(150)]).toEqual([0, 0.5, 1]);
});

test('values that differ more than a linear axis can show share a logarithmic one', () => {
  const scale = toScale([2, 3, 120, 150]);
  expect(scale).toMatchObject({ isLogarithmic: true, ticks: [1, 10, 100, 1_000] });
  expect(scale.place(1)).toBe(0);
  expect(scale.place(1_000)).toBe(1);
  expect(scale.place(10)).toBeCloseTo(1 / 3);
});

test.each([{ values: [] }, { values: [0, 0] }])(
  'an axis exists, whatever was measured: $values',
  ({ values }) => {
    const scale = toScale(values);
    expect(scale.ticks.every(Number.isFinite)).toBe(true);
    expect(scale.place(0)).toBe(0);
  },
);
