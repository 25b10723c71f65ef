import { expect, test } from 'vitest';
import { createNodeUsage, createOpenRun, createOpenSeries, LOAD } from '../../test/open-series.js';
import { toOpenVerdict } from './open-verdict.js';

test('a run that says nothing against itself has nothing to say', () => {
  expect(toOpenVerdict([createOpenSeries()])).toEqual({ exitCode: 0, lines: [] });
});

test('each journal is compared with the first under the same load', () => {
  const slow = createOpenRun({ opens: 500, latencyMs: { p50: 3, p99: 4, p999: 5 } });
  const other = { ...LOAD, storesPerRequest: 5 };
  const { lines } = toOpenVerdict([
    createOpenSeries(),
    createOpenSeries({ journal: 'embedded', runs: [slow] }),
    createOpenSeries({ load: other }),
  ]);
  expect(lines).toEqual([
    '5 × 200, 1 store: embedded opens 0.50 × as many a second as memory (500 against 1,000), with 3.00 × the latency (p50), and 2.00 × the CPU time per open.',
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
  const run = createOpenRun({ node: createNodeUsage({ cpuUs: 500_000 }) });
  expect(toOpenVerdict([createOpenSeries({ runs: [run] })]).lines).toEqual([
    expect.stringMatching(/something to do 95 % of the time, and got a processor for 50 %/),
  ]);
});
