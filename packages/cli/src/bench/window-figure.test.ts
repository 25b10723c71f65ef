import { expect, test } from 'vitest';
import { drawWindowFigure, toScale } from './window-figure.js';

const redis = {
  name: 'Redis',
  lagMs: { p50: 100, p99: 101 },
  without: { p50: 120, p99: 150 },
  withIt: { p50: 101, p99: 104 },
};

test('each store has a bar without Rendezvous and one with it, and a line at the lag', () => {
  const figure = drawWindowFigure([redis, { ...redis, name: 'PostgreSQL' }]);
  expect(figure.match(/<rect class="stale"/g)).toHaveLength(2);
  expect(figure.match(/<rect class="fresh"/g)).toHaveLength(2);
  expect(figure.match(/<line class="median"/g)).toHaveLength(2);
  expect(figure).toContain('Redis: p50 120.0 ms without, 101.0 ms with Rendezvous.');
});

test('what was not measured is not drawn', () => {
  const nothing = { p50: null, p99: null };
  const figure = drawWindowFigure([{ ...redis, lagMs: nothing, withIt: nothing }]);
  expect(figure.match(/<rect/g)).toHaveLength(1);
  expect(figure).not.toMatch(/NaN|null|median/);
});

test('windows alike share a linear axis from 0', () => {
  const scale = toScale([redis.without, redis.withIt]);
  expect(scale).toMatchObject({ isLogarithmic: false, ticks: [0, 37.5, 75, 112.5, 150] });
  expect([scale.place(0), scale.place(75), scale.place(150)]).toEqual([0, 0.5, 1]);
});

test('windows that differ more than a linear axis can show share a logarithmic one', () => {
  const scale = toScale([{ p50: 2, p99: 3 }, redis.without]);
  expect(scale).toMatchObject({ isLogarithmic: true, ticks: [1, 10, 100, 1_000] });
  expect(scale.place(1)).toBe(0);
  expect(scale.place(1_000)).toBe(1);
  expect(scale.place(10)).toBeCloseTo(1 / 3);
});

test.each([{ windows: [] }, { windows: [{ p50: 0, p99: 0 }] }])(
  'an axis exists, whatever was measured: $windows',
  ({ windows }) => {
    const scale = toScale(windows);
    expect(scale.ticks.every(Number.isFinite)).toBe(true);
    expect(scale.place(0)).toBe(0);
  },
);
