import { expect, test } from 'vitest';
import { createPost, createResult } from '../../test/demo-results.js';
import type { DemoResult } from '../demo/demo-result.js';
import { findMedianRun, toWindowJson, toWindowVerdict, type StoreRuns } from './window-result.js';

/** A run whose window with Rendezvous is `windowMs`. */
function createRun(windowMs: number | undefined): DemoResult {
  return createResult({ rendezvousPosts: [createPost({ windowMs })] });
}

function createRuns(...runs: DemoResult[]): StoreRuns {
  return { store: 'redis', lagMs: 200, runs };
}

test.each<{ windowsMs: (number | undefined)[]; median: number }>([
  { windowsMs: [5], median: 5 },
  { windowsMs: [9, 1, 5], median: 5 },
  { windowsMs: [9, 1, 5, 7], median: 5 },
  { windowsMs: [undefined, 1, 5], median: 5 },
  { windowsMs: [undefined, undefined, 5, 1], median: 5 },
])('of the windows $windowsMs the run with $median is reported', ({ windowsMs, median }) => {
  const run = findMedianRun(createRuns(...windowsMs.map(createRun)));
  expect(run.rendezvous.posts[0]?.windowMs).toBe(median);
});

test('scripts get one object for each store, in the order of the stores', () => {
  const stores: StoreRuns[] = [
    { store: 'redis', lagMs: 200, runs: [{ ...createRun(3), store: 'redis' }] },
    { store: 'postgres', lagMs: 200, runs: [createRun(9), createRun(4), createRun(1)] },
  ];
  expect(toWindowJson(stores)).toMatchObject([
    { store: 'redis', rendezvous: { windowMs: { p50: 3 } } },
    { store: 'postgres', rendezvous: { windowMs: { p50: 4 } } },
  ]);
});

test('scripts get what people do instead, by name, and what each costs the datastore', () => {
  const phase = { ...createRun(40).rendezvous, storeOpsPerRead: 9 };
  const run: DemoResult = {
    ...createResult(),
    alternatives: [{ name: 'poll', description: '', phase }],
  };
  const [json] = toWindowJson([createRuns(run)]);
  expect(json).toMatchObject({
    injectedLagMs: 200,
    rendezvous: { staleReads: 0, windowPerLag: 1.015, storeOpsPerRead: null },
    alternatives: [
      { name: 'nothing', staleReads: 2, windowMs: { p50: 210 }, windowPerLag: 1.055 },
      { name: 'poll', staleReads: 0, windowMs: { p50: 40 }, storeOpsPerRead: 9 },
    ],
  });
});

const fine = createRun(5);
const stale = createResult({ rendezvousPosts: [createPost({ stale: true, windowMs: 1 })] });
const timedOut = createResult({ rendezvousPosts: [createPost({ timedOut: true })] });

test.each([
  { name: 'all is well', runs: [fine, fine], exitCode: 0, text: /^redis: 2 of 2 reads were stale/ },
  { name: 'one run proved nothing', runs: [fine, timedOut, fine], exitCode: 3, text: /timed out/ },
  {
    name: 'one run let a stale read through, though it is not the one reported',
    runs: [timedOut, stale, fine],
    exitCode: 1,
    text: /1 stale reads got through/,
  },
])('$name: exit code $exitCode', ({ runs, exitCode, text }) => {
  const verdict = toWindowVerdict([
    createRuns(...runs),
    { store: 'postgres', lagMs: 200, runs: [fine] },
  ]);
  expect(verdict.exitCode).toBe(exitCode);
  expect(verdict.lines).toEqual([
    expect.stringMatching(text),
    expect.stringMatching(/^postgres: 2 of 2/),
  ]);
});
