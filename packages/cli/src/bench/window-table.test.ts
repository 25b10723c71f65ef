import { expect, test } from 'vitest';
import { createPost, createResult } from '../../test/demo-results.js';
import { formatApproachTable, formatWindowNotes, formatWindowTable } from './window-table.js';

const result = createResult();

test('the table has a row for each store', () => {
  const table = formatWindowTable([
    { store: 'redis', lagMs: 200, runs: [result] },
    { store: 'postgres', lagMs: 200, runs: [result] },
  ]);
  const [header, , ...rows] = table.trimEnd().split('\n');
  expect(header).toMatch(/store +replication lag +stale, without +stale, with/);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatch(/^ {2}redis +199.0 ms \/ 201.0 ms +2 of 2 +0 of 2 +210.0 ms \/ 210.0 ms/);
});

test('of several runs each has a row below the one that is reported', () => {
  const table = formatWindowTable([{ store: 'redis', lagMs: 200, runs: [result, result] }]);
  expect(table.match(/^ +(redis|run \d)/gm)).toEqual(['  redis', '    run 1', '    run 2']);
});

test('the notes say where the lag of each store was injected', () => {
  const notes = formatWindowNotes([{ store: 'postgres', lagMs: 200, runs: [result] }]);
  expect(notes).toContain('PostgreSQL 18.4; lag injected in the us standby');
  expect(notes).toContain('Test <processor>');
});

test('a store that was measured at several lags is named with each', () => {
  const table = formatWindowTable([
    { store: 'redis', lagMs: 50, runs: [result] },
    { store: 'redis', lagMs: 200, runs: [result] },
    { store: 'postgres', lagMs: 50, runs: [result] },
  ]);
  expect(table).toMatch(/redis at 50 ms[^]*redis at 200 ms[^]*postgres {2}/);
});

test('what people do instead stands between nothing and Rendezvous', () => {
  const { baseline } = result;
  const poll = { ...baseline, posts: [createPost({ windowMs: 205 })], storeOpsPerRead: 12.5 };
  const alternatives = [{ name: 'poll', description: 'a read every 20 ms', phase: poll }] as const;
  const runs = [{ ...result, alternatives }];
  const table = formatApproachTable([{ store: 'redis', lagMs: 200, runs }]);
  const [, , ...rows] = table.trimEnd().split('\n');
  expect(rows[0]).toMatch(/redis +nothing +2 of 2 +210.0 ms \/ 210.0 ms +1.055 +-/);
  expect(rows[1]).toMatch(/^ +poll +0 of 2 +205.0 ms \/ 205.0 ms +1.030 +12.50/);
  expect(rows[2]).toMatch(/^ +Rendezvous +0 of 2 +202.0 ms/);
  expect(formatWindowNotes([{ store: 'redis', lagMs: 200, runs }])).toContain(
    'PostgreSQL, poll: a read every 20 ms.',
  );
});
