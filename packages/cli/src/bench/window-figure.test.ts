import { expect, test } from 'vitest';
import { drawWindowFigure } from './window-figure.js';

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
