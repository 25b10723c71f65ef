import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPost } from '../../test/demo-results.js';
import { drawHistogram, toAxisMax, toBins } from './histogram.js';

test('toBins() puts a window where it belongs, told apart by staleness', () => {
  const posts = [0, 9.9, 10, 39.9].map((windowMs) => createPost({ windowMs }));
  const stale = createPost({ windowMs: 11, stale: true });
  expect(toBins([...posts, stale], 40, 4)).toEqual([
    { fresh: 2, stale: 0 },
    { fresh: 1, stale: 1 },
    { fresh: 0, stale: 0 },
    { fresh: 1, stale: 0 },
  ]);
});

test('toBins() counts every window once, also one off the axis, and leaves out posts without', () => {
  const windowMs = fc.option(fc.double({ min: -1, max: 500, noNaN: true }), { nil: undefined });
  fc.assert(
    fc.property(fc.array(windowMs), fc.integer({ min: 1, max: 80 }), (windows, binCount) => {
      const posts = windows.map((each) => createPost({ windowMs: each }));
      const bins = toBins(posts, 300, binCount);
      const counted = bins.reduce((sum, { fresh, stale }) => sum + fresh + stale, 0);
      expect(bins).toHaveLength(binCount);
      expect(counted).toBe(windows.filter((each) => each !== undefined).length);
    }),
  );
});

test.each([
  [[], 1],
  [[0.4], 1],
  [[204, 217], 250],
  [[250], 250],
  [[99.9], 100],
  [[1_001], 1_500],
])('toAxisMax(%j) is %d', (windows, expected) => {
  expect(toAxisMax(windows)).toBe(expected);
});

test('drawHistogram() has a title, a description in words, and a bar per filled bin', () => {
  const posts = [createPost({ windowMs: 10 }), createPost({ windowMs: 90, stale: true })];
  const drawing = drawHistogram({ id: 'x', title: 'Windows', posts, maxMs: 100, medianMs: 10 });
  expect(drawing).toContain('<title id="x-title">Windows</title>');
  expect(drawing).toContain('aria-labelledby="x-title x-desc"');
  expect(drawing).toContain('The first read of 1 posts was stale.');
  expect(drawing.match(/<rect/g)).toHaveLength(2);
  expect(drawing).toContain('median 10.0 ms');
  expect(drawing).not.toMatch(/NaN|undefined|Infinity/);
});

test('drawHistogram() of no windows is empty axes', () => {
  const drawing = drawHistogram({
    id: 'x',
    title: 'None',
    posts: [],
    maxMs: 1,
    medianMs: undefined,
  });
  expect(drawing).not.toMatch(/NaN|undefined|Infinity|<rect/);
});
