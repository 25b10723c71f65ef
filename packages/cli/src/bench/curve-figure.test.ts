import { expect, test } from 'vitest';
import { type Curve, drawCurves } from './curve-figure.js';

const AXES = { id: 'x', title: 'X', xTitle: 'opens a second', yTitle: 'latency in ms' };

const curve: Curve = {
  name: 'memory',
  kind: 'fresh',
  points: [
    { name: '200', x: 100, y: 2, yHigh: 4 },
    { name: '400', x: 200, y: 4, yHigh: 8 },
  ],
};

function pointsOf(svg: string): string[] {
  return [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) => points ?? '');
}

test('each curve joins its points in order: more to the right, higher up', () => {
  const svg = drawCurves({ ...AXES, curves: [curve, { ...curve, kind: 'stale' }] });
  const [points = '', ...others] = pointsOf(svg);
  expect(others).toEqual([points]);
  const [[x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0] = []] = points
    .split(' ')
    .map((point) => point.split(',').map(Number));
  expect(x2).toBeGreaterThan(x1);
  expect(y2).toBeLessThan(y1);
  expect(svg).toContain('memory: 200 at 100, 2, 400 at 200, 4.');
});

test('axes say when they are logarithmic', () => {
  const far = [...curve.points, { name: '600', x: 300, y: 6, yHigh: 600 }];
  const svg = drawCurves({ ...AXES, curves: [{ ...curve, points: far }] });
  expect(svg).toContain('>latency in ms, logarithmic<');
  expect(svg).toContain('>opens a second<');
});

test('no points and zeros are drawn, too', () => {
  const zero = { name: '1', x: 0, y: 0, yHigh: 0 };
  expect(drawCurves({ ...AXES, curves: [{ ...curve, points: [zero] }] })).not.toMatch(/NaN|Inf/);
  expect(drawCurves({ ...AXES, curves: [] })).not.toMatch(/NaN|Inf/);
});

test('texts are escaped', () => {
  const svg = drawCurves({ ...AXES, title: '<b>', curves: [{ ...curve, name: '<i>' }] });
  expect(svg).not.toMatch(/<[bi]>/);
});
