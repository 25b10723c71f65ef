import { expect, test } from 'vitest';
import { createResult } from '../../test/demo-results.js';
import { formatWindowNotes, formatWindowTable } from './window-table.js';

const result = createResult();

test('the table has a row for each store', () => {
  const table = formatWindowTable([
    { store: 'redis', runs: [result] },
    { store: 'postgres', runs: [result] },
  ]);
  const [header, , ...rows] = table.trimEnd().split('\n');
  expect(header).toMatch(/store +replication lag +stale, without +stale, with/);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatch(/^ {2}redis +199.0 ms \/ 201.0 ms +2 of 2 +0 of 2 +210.0 ms \/ 210.0 ms/);
});

test('of several runs each has a row below the one that is reported', () => {
  const table = formatWindowTable([{ store: 'redis', runs: [result, result] }]);
  expect(table.match(/^ +(redis|run \d)/gm)).toEqual(['  redis', '    run 1', '    run 2']);
});

test('the notes say where the lag of each store was injected', () => {
  const notes = formatWindowNotes([{ store: 'postgres', runs: [result] }]);
  expect(notes).toContain('PostgreSQL 18.4; lag injected in the us standby');
  expect(notes).toContain('Test <processor>');
});
