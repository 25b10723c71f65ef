import { expect, test } from 'vitest';
import {
  cellName,
  faultsOf,
  type PlaceEvent,
  type PlaceState,
  readCells,
  STATE_TABLE,
} from './state-table.js';

/** Does not compile when a state or an event is missing; that is the test. */
const complete: Readonly<Record<PlaceState, Readonly<Record<PlaceEvent, unknown>>>> = STATE_TABLE;

const everyPossible = new Map<string, number>(
  readCells(new Map())
    .filter(({ cell }) => cell === 'possible')
    .map(({ state, event }) => [cellName(state, event), 1]),
);

test('the table has every event in every state', () => {
  const rows = Object.values(complete).map((row) => Object.keys(row).sort().join());
  expect(new Set(rows).size).toBe(1);
  expect(readCells(new Map())).toHaveLength(rows.length * Object.keys(complete.open).length);
});

test('a run that reaches every possible cell has no fault', () => {
  expect(faultsOf(readCells(everyPossible))).toEqual([]);
});

test('a possible cell that stays empty is a fault, and so is an impossible one that does not', () => {
  const counts = new Map(everyPossible);
  counts.delete(cellName('open', 'close'));
  counts.set(cellName('unknown', 'expiry'), 2);
  expect(faultsOf(readCells(counts))).toEqual([
    expect.stringContaining('reached 2 times: unknown × expiry'),
    'never reached: open × close',
  ]);
});
