import { expect, test } from 'vitest';
import { type Family, formatFamilies } from './exposition.js';
import { Histogram } from './instruments.js';

const waited = new Histogram([0.5, 1]);
for (const value of [0.25, 0.75, 3]) waited.observe(value);

const FAMILIES: readonly Family[] = [
  {
    definition: { name: 'a_total', type: 'counter', labels: ['b', 'c'], help: 'As.' },
    samples: [{ labels: ['x', 'y'], value: 1 }],
  },
  {
    definition: { name: 'd_seconds', type: 'histogram', labels: [], help: 'Ds.' },
    samples: [{ labels: [], value: waited }],
  },
  {
    definition: { name: 'e', type: 'gauge', labels: ['b'], help: 'Es.' },
    samples: [{ labels: ['"q"\\\n'], value: 0.5 }],
  },
];

test('the text for Prometheus', () => {
  expect(formatFamilies(FAMILIES, 'prometheus').split('\n')).toEqual([
    '# HELP a_total As.',
    '# TYPE a_total counter',
    'a_total{b="x",c="y"} 1',
    '# HELP d_seconds Ds.',
    '# TYPE d_seconds histogram',
    'd_seconds_bucket{le="0.5"} 1',
    'd_seconds_bucket{le="1.0"} 2',
    'd_seconds_bucket{le="+Inf"} 3',
    'd_seconds_sum 4',
    'd_seconds_count 3',
    '# HELP e Es.',
    '# TYPE e gauge',
    'e{b="\\"q\\"\\\\\\n"} 0.5',
    '',
  ]);
});

test('OpenMetrics names a counter without its suffix, and says where it ends', () => {
  const lines = formatFamilies(FAMILIES, 'openmetrics').split('\n');
  expect(lines.slice(0, 3)).toEqual(['# HELP a As.', '# TYPE a counter', 'a_total{b="x",c="y"} 1']);
  expect(lines.slice(-2)).toEqual(['# EOF', '']);
});
