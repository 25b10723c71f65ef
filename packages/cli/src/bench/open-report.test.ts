import { expect, test } from 'vitest';
import { createOpenRun, createOpenSeries, LOAD } from '../../test/open-series.js';
import { OPEN_JOURNALS } from './open-journal.js';
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
  expect(html.match(/<svg /g)).toHaveLength(5);
  expect(html).toContain('5 × 200, 1 store, run 2');
});

test('memory is only said of runs with branches enough', () => {
  const few = createOpenSeries({ runs: [run] });
  const many = createOpenSeries({ runs: [createOpenRun({ opens: 50_000 })] });
  expect(formatOpenTable([few])).toMatch(/ – +node\n/);
  expect(formatOpenTable([many])).toMatch(/ 10 B +node\n/);
  expect(html).not.toContain('per open branch</h2>');
  expect(renderOpenReport([many], setting, 'today')).toContain('per open branch</h2>');
});

test('requests with several stores are shown by the branch, too', () => {
  const series = [createOpenSeries(), createOpenSeries({ load: { ...LOAD, storesPerRequest: 5 } })];
  const page = renderOpenReport(series, setting, 'today');
  expect(page.match(/<svg /g)).toHaveLength(7);
  expect(page).toContain('process per branch</h2>');
});

test('loads that differ in their connections are a curve for each journal', () => {
  const series = [2, 4].flatMap((connections) =>
    OPEN_JOURNALS.map((journal) =>
      createOpenSeries({ load: { ...LOAD, connections, depth: 1 }, journal }),
    ),
  );
  const page = renderOpenReport([...series, createOpenSeries()], setting, 'today');
  expect(page.match(/<polyline /g)).toHaveLength(2);
  expect(page).toContain('Latency by connections, 1 in flight on each, 1 store</h2>');
  expect(page).toContain('memory: 2 at 1,000, 1, 4 at 1,000, 1.');
});

test('text from the machine is escaped', () => {
  expect(html).not.toMatch(/<processor>|<data>/);
});
