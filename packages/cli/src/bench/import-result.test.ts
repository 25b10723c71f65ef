import { expect, test } from 'vitest';
import { formatImportTable, toImportJson } from './import-result.js';

const run = {
  empty: { bundleBytes: 60, importMs: [1, 2, 3] },
  client: { bundleBytes: 40_060, importMs: [9, 5.126, 7] },
};

test('the result has percentiles of both handlers and how far they are apart', () => {
  expect(toImportJson(run)).toEqual({
    runs: 3,
    empty: { bundleBytes: 60, importMs: { p50: 2, p99: 3 } },
    client: { bundleBytes: 40_060, importMs: { p50: 7, p99: 9 } },
    differenceMs: { p50: 5, p99: 6 },
  });
});

test('the table names both handlers and their difference', () => {
  const [, ...rows] = formatImportTable(run).trimEnd().split('\n');
  expect(rows.join('\n')).toMatch(
    /empty +0.1 kB .*\n.*with a client +40.1 kB .*\n.*difference +40.0 kB/,
  );
});
