import { expect, test } from 'vitest';
import { toMemoryJson, toMemoryReport } from './memory-report.js';
import type { MemoryRun } from './run-memory.js';

const MB = 1_000_000;

const RUN: MemoryRun = {
  branches: 1_000_000,
  rssIdleBytes: 60 * MB,
  rssPeakBytes: 310 * MB,
  after: Array.from({ length: 61 }, (_, index) => ({
    atMs: index * 1_000,
    rssBytes: (index < 30 ? 300 : 85) * MB,
  })),
};

test('what is given back is counted from what was taken above idle', () => {
  expect(toMemoryJson(RUN)).toEqual({
    branches: 1_000_000,
    rssIdleBytes: 60 * MB,
    rssPeakBytes: 310 * MB,
    rssAfterBytes: 85 * MB,
    givenBackShare: 0.9,
    bytesPerBranch: 250,
  });
});

test('the report says so in words, and draws the last moment', () => {
  const { lines, charts, rows, json } = toMemoryReport(RUN);
  expect(lines[0]).toContain('1,000,000 open branches take 250.0 MB, 250 bytes each');
  expect(lines[0]).toContain('60 s after the last close 90 % of it is given back');
  expect(charts[1]?.bars.at(-1)).toMatchObject({ name: '60 s', text: '85.0 MB' });
  expect(charts[1]?.bars.length).toBeLessThanOrEqual(12);
  expect(rows).toHaveLength(1);
  expect(json).toEqual([toMemoryJson(RUN)]);
});
