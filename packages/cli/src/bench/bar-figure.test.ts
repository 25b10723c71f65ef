import { expect, test } from 'vitest';
import { drawBars, type Bar } from './bar-figure.js';

const bar: Bar = { name: '5 × 200, memory', value: 10, text: '10 ms', kind: 'fresh' };

function widthsOf(svg: string): number[] {
  return [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
}

test('bars are as long as their values, and say them', () => {
  const svg = drawBars({ id: 'x', title: 'X', bars: [bar, { ...bar, value: 5, kind: 'stale' }] });
  const [long = 0, short = 0] = widthsOf(svg);
  expect(short).toBeCloseTo(long / 2);
  expect(svg).toContain('<desc id="x-desc">5 × 200, memory: 10 ms.');
});

test('values of 0 and no bars at all are drawn, too', () => {
  expect(widthsOf(drawBars({ id: 'x', title: 'X', bars: [{ ...bar, value: 0 }] }))).toEqual([0]);
  expect(drawBars({ id: 'x', title: 'X', bars: [] })).not.toMatch(/NaN|Infinity/);
});

test('names are escaped', () => {
  expect(drawBars({ id: 'x', title: '<b>', bars: [{ ...bar, name: '<i>' }] })).not.toMatch(
    /<[bi]>/,
  );
});
