import { expect, test } from 'vitest';
import { createNodeUsage, createOpenRun, createOpenSeries, LOAD } from '../../test/open-series.js';
import { toOpenVerdict } from './open-verdict.js';

test('a run that says nothing against itself has nothing to say', () => {
  expect(toOpenVerdict([createOpenSeries()])).toEqual({ exitCode: 0, lines: [] });
});

test('each journal is compared with the first under the same load', () => {
  const slow = createOpenRun({ opens: 500, latencyMs: { p50: 3, p99: 4, p999: 5 } });
  const other = { ...LOAD, connections: 7 };
  const { lines } = toOpenVerdict([
    createOpenSeries(),
    createOpenSeries({ journal: 'embedded', runs: [slow] }),
    createOpenSeries({ load: other }),
  ]);
  expect(lines).toEqual([
    '5 × 200, 1 store: embedded opens 0.50 × as many a second as memory, with 3.00 × the latency (p50), and 2.00 × the CPU time per open.',
  ]);
});

test('more stores are compared with fewer by the branch, at a depth that may be less', () => {
  const more = { ...LOAD, depth: 30, storesPerRequest: 10 };
  const others = [
    createOpenSeries({ load: { ...more, connections: 7 } }),
    createOpenSeries({ load: { ...more, ratePerSec: 9 } }),
    createOpenSeries({ load: { ...more, depth: 400 } }),
  ];
  const load = createOpenSeries({ load: more });
  const { lines } = toOpenVerdict([createOpenSeries(), load, ...others]);
  expect(lines).toEqual([
    '5 × 30, 10 stores, memory: 10.00 × as many branches a second as with 1 store, memory, at 0.10 × the CPU time per branch.',
  ]);
});

test('many loads are summed up from the least to the greatest', () => {
  const series = [1, 5, 10].flatMap((storesPerRequest) => {
    const load = { ...LOAD, storesPerRequest };
    const runs = [createOpenRun({ opens: 100 * storesPerRequest })];
    return [createOpenSeries({ load }), createOpenSeries({ load, runs, journal: 'embedded' })];
  });
  const full = series.map((each, index) => ({
    ...each,
    runs: each.runs.map((run) => ({
      ...run,
      node: createNodeUsage({ cpuUs: 500_000, activeMs: 500 + index }),
      processorsBusy: 0.96,
    })),
  }));
  expect(toOpenVerdict(full).lines).toEqual([
    '3 loads: embedded opens 0.10 to 1.00 × as many a second as memory, with 1.00 × the latency (p50), and 1.00 to 10.00 × the CPU time per open.',
    '2 rows: 5.00 to 10.00 × as many branches a second as with 1 store, memory, at 0.10 to 0.20 × the CPU time per branch.',
    '2 rows: 25.00 to 100.00 × as many branches a second as with 1 store, embedded, at 0.01 to 0.04 × the CPU time per branch.',
    '6 rows: the machine was the limit: its processors were busy 96 % of the time, the node had something to do 50 to 51 % and ran 50 %; stop what else runs, or use more processors.',
  ]);
});

test('an acknowledged open that any run lost is the verdict', () => {
  const runs = [createOpenRun(), createOpenRun({ branchesLost: 2 }), createOpenRun()];
  const { exitCode, lines } = toOpenVerdict([createOpenSeries({ runs })]);
  expect(exitCode).toBe(1);
  expect(lines).toEqual([expect.stringContaining('differ by 2')]);
});

test('a load generator that was the limit is named', () => {
  const node = createNodeUsage({ activeMs: 600 });
  const run = createOpenRun({ node, generator: { cpuUs: 1_000_000, activeMs: 990 } });
  expect(toOpenVerdict([createOpenSeries({ runs: [run] })]).lines).toEqual([
    expect.stringMatching(/generator was the limit, not the node, which was busy 60 % of the time/),
  ]);
});

test('a machine that was busy with something else is named', () => {
  const run = createOpenRun({ node: createNodeUsage({ cpuUs: 500_000 }), processorsBusy: 0.98 });
  expect(toOpenVerdict([createOpenSeries({ runs: [run] })]).lines).toEqual([
    expect.stringMatching(
      /processors were busy 98 % of the time, the node had something to do 95 % and ran 50 %/,
    ),
  ]);
});
