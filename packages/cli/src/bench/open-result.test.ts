import { expect, test } from 'vitest';
import { createOpenRun, createOpenSeries, LOAD } from '../../test/open-series.js';
import { findMedianRun, nameLoad, toOpenJson, toRow, type OpenRun } from './open-result.js';

test('scripts get one row for each load and journal, of its median run', () => {
  const runs = [3_000, 1_000, 2_000].map((opens) => createOpenRun({ opens }));
  expect(toOpenJson([createOpenSeries({ runs })])).toEqual([
    {
      connections: 5,
      depth: 200,
      storesPerRequest: 1,
      journal: 'memory',
      opensPerSec: 2_000,
      branchesPerSec: 2_000,
      latencyMs: { p50: 1, p99: 2, p999: 3 },
      serverCpuUsPerOpen: 5,
      rssBytesPerOpenBranch: 250,
      ratePerSec: null,
      limitedBy: 'server',
    },
  ]);
});

test('of an even number of runs the slower of the two in the middle is reported', () => {
  const runs = [4, 1, 3, 2].map((opens) => createOpenRun({ opens }));
  expect(findMedianRun({ runs }).opens).toBe(2);
});

test('an open of several stores is as many branches', () => {
  const row = toRow(
    { load: { ...LOAD, storesPerRequest: 5 }, journal: 'memory' },
    createOpenRun({ rssGrowthBytes: 5_000_000 }),
  );
  expect(row).toMatchObject({
    opensPerSec: 1_000,
    branchesPerSec: 5_000,
    serverCpuUsPerOpen: 10,
    rssBytesPerOpenBranch: 1_000,
  });
});

test('a process that shrank took no memory', () => {
  const row = toRow(createOpenSeries(), createOpenRun({ rssGrowthBytes: -1 }));
  expect(row.rssBytesPerOpenBranch).toBe(0);
});

test.each<{ run: Partial<OpenRun>; ratePerSec?: number; limit: string }>([
  { run: { serverActiveMs: 900, generatorActiveMs: 990 }, limit: 'server' },
  { run: { serverActiveMs: 800, generatorActiveMs: 900 }, limit: 'generator' },
  { run: { serverActiveMs: 800, generatorActiveMs: 800 }, limit: 'depth' },
  { run: { serverActiveMs: 800 }, ratePerSec: 1_000, limit: 'rate' },
  { run: { serverActiveMs: 950 }, ratePerSec: 2_000, limit: 'server' },
  { run: { serverActiveMs: 100, generatorActiveMs: 990 }, ratePerSec: 2_000, limit: 'generator' },
])('with $run and the rate $ratePerSec the limit is $limit', ({ run, ratePerSec, limit }) => {
  const load = { ...LOAD, ratePerSec: ratePerSec ?? null };
  expect(toRow({ load, journal: 'memory' }, createOpenRun(run)).limitedBy).toBe(limit);
});

test('a load is named by what was asked for', () => {
  expect(nameLoad(LOAD)).toBe('5 × 200, 1 store');
  expect(nameLoad({ ...LOAD, storesPerRequest: 10, ratePerSec: 20_000 })).toBe(
    '5 × 200, 20,000/s, 10 stores',
  );
});
