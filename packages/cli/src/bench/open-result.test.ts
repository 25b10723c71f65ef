import { expect, test } from 'vitest';
import { createNodeUsage, createOpenRun, createOpenSeries, LOAD } from '../../test/open-series.js';
import {
  cpuUsPerBranchOf,
  findMedianRun,
  hasMeaningfulRss,
  nameLoad,
  toOpenJson,
  toRow,
} from './open-result.js';

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
      serverCpuUsPerOpen: 500,
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
    createOpenRun({ node: createNodeUsage({ rssGrowthBytes: 5_000_000 }) }),
  );
  expect(row).toMatchObject({
    opensPerSec: 1_000,
    branchesPerSec: 5_000,
    serverCpuUsPerOpen: 1_000,
    rssBytesPerOpenBranch: 1_000,
  });
  expect(cpuUsPerBranchOf(row)).toBe(200);
});

test.each([
  { opens: 4_999, means: false },
  { opens: 5_000, means: true },
])('what $opens opens of 10 stores took means something: $means', ({ opens, means }) => {
  const load = { ...LOAD, storesPerRequest: 10 };
  expect(hasMeaningfulRss({ load }, createOpenRun({ opens }))).toBe(means);
});

test('a process that shrank took no memory', () => {
  const node = createNodeUsage({ rssGrowthBytes: -1 });
  const row = toRow(createOpenSeries(), createOpenRun({ node }));
  expect(row.rssBytesPerOpenBranch).toBe(0);
});

/** Per cent of the time: had something to do, and ran. */
type Share = readonly [active: number, ran: number];

test.each<{ node: Share; generator: Share; ratePerSec?: number; limit: string }>([
  { node: [90, 100], generator: [99, 99], limit: 'server' },
  { node: [90, 80], generator: [99, 99], limit: 'server' },
  { node: [90, 70], generator: [50, 50], limit: 'machine' },
  { node: [80, 40], generator: [90, 90], limit: 'generator' },
  { node: [80, 80], generator: [90, 70], limit: 'machine' },
  { node: [80, 40], generator: [80, 40], limit: 'depth' },
  { node: [80, 80], generator: [50, 50], ratePerSec: 1_000, limit: 'rate' },
  { node: [95, 95], generator: [50, 50], ratePerSec: 2_000, limit: 'server' },
  { node: [10, 10], generator: [99, 99], ratePerSec: 2_000, limit: 'generator' },
])(
  'a node at $node %, a generator at $generator %, a rate of $ratePerSec: the limit is $limit',
  ({ node, generator, ratePerSec, limit }) => {
    const usage = ([active, ran]: Share) => ({ activeMs: active * 10, cpuUs: ran * 10_000 });
    const run = createOpenRun({
      node: createNodeUsage(usage(node)),
      generator: usage(generator),
    });
    const load = { ...LOAD, ratePerSec: ratePerSec ?? null };
    expect(toRow({ load, journal: 'memory' }, run).limitedBy).toBe(limit);
  },
);

test('processors without a pause are a limit, too, when neither process was always busy', () => {
  const idle = { cpuUs: 500_000, activeMs: 500 };
  const run = createOpenRun({ node: createNodeUsage(idle), generator: idle });
  expect(toRow(createOpenSeries(), { ...run, processorsBusy: 0.95 }).limitedBy).toBe('machine');
  expect(toRow(createOpenSeries(), { ...run, processorsBusy: 0.94 }).limitedBy).toBe('depth');
});

test('a load is named by what was asked for', () => {
  expect(nameLoad(LOAD)).toBe('5 × 200, 1 store');
  expect(nameLoad({ ...LOAD, storesPerRequest: 10, ratePerSec: 20_000 })).toBe(
    '5 × 200, 20,000/s, 10 stores',
  );
});
