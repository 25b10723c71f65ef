import { expect, test } from 'vitest';
import { createOpenRun, createOpenSeries } from '../../test/open-series.js';
import { renderOpenReport } from './open-report.js';
import { formatOpenNotes, formatOpenTable } from './open-table.js';

const run = createOpenRun();
const setting = {
  durationMs: 3_000,
  data: { directory: '<data>', isInMemory: true },
  machine: { cpu: 'Test <processor>', cores: 2, memoryGb: 8, system: 'Linux 6.1', node: '20.20.2' },
};
const html = renderOpenReport([createOpenSeries({ runs: [run, run] })], setting, 'today');

test('the table has a row for each load and journal, and of several runs each below it', () => {
  const table = formatOpenTable([createOpenSeries({ runs: [run, run] })]);
  const [header, , reported, ...runs] = table.trimEnd().split('\n');
  expect(header).toMatch(/connections × depth +journal +opens\/s/);
  expect(reported).toMatch(/5 × 200, 1 store +memory +1,000 +1,000 +1.00 ms +2.00 ms +3.00 ms/);
  expect(runs).toHaveLength(2);
});

test('the notes say where it was measured', () => {
  expect(formatOpenNotes(setting)).toContain('Test <processor>');
  expect(formatOpenNotes(setting)).toContain('were in <data>, which is in memory');
});

test('the report needs nothing from outside and runs nothing', () => {
  expect(html).not.toMatch(/<script|<link|<img|@import|url\(|https?:/);
});

test('the report has a chart for each quantity, and every run', () => {
  expect(html.match(/<svg /g)).toHaveLength(6);
  expect(html).toContain('5 × 200, 1 store, run 2');
});

test('text from the machine is escaped', () => {
  expect(html).not.toMatch(/<processor>|<data>/);
});
