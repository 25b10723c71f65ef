import { expect, test } from 'vitest';
import { toOverheadJson } from './overhead-result.js';

test('a row has both sides and their ratio, made of values that were not rounded', () => {
  const times = { bareMs: [0.1049, 0.1049], wrappedMs: [0.2098, 0.4196] };
  const [row] = toOverheadJson([{ store: 'redis', measure: 'readClosed', rttMs: 1, times }]);
  expect(row).toEqual({
    store: 'redis',
    op: 'readClosed',
    measure: 'readClosed',
    rttMs: 1,
    bareMs: { p50: 0.1, p99: 0.1 },
    wrappedMs: { p50: 0.21, p99: 0.42 },
    ratio: { p50: 2, p99: 4 },
  });
});

test.each(['controlWrite', 'controlRead', 'controlPing'] as const)('%s is a control', (measure) => {
  const times = { bareMs: [1], wrappedMs: [1] };
  expect(toOverheadJson([{ store: 'redis', measure, rttMs: 0, times }])[0]?.op).toBe('control');
});

test('what was not measured has no ratio', () => {
  const times = { bareMs: [], wrappedMs: [1] };
  const [row] = toOverheadJson([{ store: 'redis', measure: 'write', rttMs: 0, times }]);
  expect(row?.ratio).toEqual({ p50: null, p99: null });
});
