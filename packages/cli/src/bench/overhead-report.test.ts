import { expect, test } from 'vitest';
import { renderOverheadReport } from './overhead-report.js';
import { formatOverheadTable } from './overhead-table.js';

const times = { bareMs: [1, 1], wrappedMs: [1.05, 1.05] };
const result = {
  samples: [0, 1].map((rttMs) => ({
    store: 'redis' as const,
    measure: 'readClosed' as const,
    rttMs,
    times,
  })),
  versions: ['Redis 8'],
  machine: { cpu: 'Test <processor>', cores: 2, memoryGb: 8, system: 'Linux', node: '20' },
};

test('the table has a row for each comparison', () => {
  const [, , ...rows] = formatOverheadTable(result).trimEnd().split('\n');
  expect(rows).toHaveLength(2);
  expect(rows[1]).toMatch(/^ {2}redis +read, closed bookmark +1 ms .* 1\.050 × +1\.050 ×$/);
});

test('the report has a chart for each distance, and needs nothing from outside', () => {
  const html = renderOverheadReport(result, 'today');
  expect(html.match(/<svg /g)).toHaveLength(2);
  expect(html.match(/<rect class="stale"/g)).toHaveLength(2);
  expect(html.match(/<rect class="fresh"/g)).toHaveLength(2);
  expect(html).not.toMatch(/<script|<link|<img|@import|url\(|https?:|<processor>/);
});
