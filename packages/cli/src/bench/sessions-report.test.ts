import { expect, test } from 'vitest';
import { toSessionsJson, toSessionsReport } from './sessions-report.js';

const RUN = {
  sessions: 100,
  connectMs: 1_000.4,
  rssIdleBytes: 50_000_000,
  rssConnectedBytes: 51_500_000,
  awayMs: 700,
  returnMs: Array.from({ length: 100 }, (_, index) => (index + 1) * 10),
};

test('memory is counted from idle, and the return from the node’s', () => {
  expect(toSessionsJson(RUN)).toEqual({
    sessions: 100,
    rssBytesPerSession: 15_000,
    connectMs: 1_000,
    awayMs: 700,
    returnMs: { p50: 500, p99: 990, max: 1_000 },
  });
});

test('the report draws how many were back when', () => {
  const { charts, lines, rows } = toSessionsReport(RUN);
  expect(charts[0]?.bars.map(({ text }) => text)).toContain('1.00 s');
  expect(lines[0]).toContain('15.0 kB');
  expect(rows).toHaveLength(1);
});
