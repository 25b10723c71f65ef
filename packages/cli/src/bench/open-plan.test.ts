import { expect, test } from 'vitest';
import { parseOpenPlan, splitEvenly, type PlanTexts } from './open-plan.js';

function texts(changes: Partial<PlanTexts> = {}): PlanTexts {
  return {
    connections: '5',
    depth: '200',
    storesPerRequest: '1',
    journal: 'memory',
    rate: undefined,
    ...changes,
  };
}

test('a plan has each shape with each number of stores', () => {
  const { loads, journals } = parseOpenPlan(
    texts({ connections: '5, 1000', depth: '200,1', storesPerRequest: '1,5' }),
  );
  expect(journals).toEqual(['memory']);
  expect(loads).toEqual([
    { connections: 5, depth: 200, storesPerRequest: 1, ratePerSec: null },
    { connections: 5, depth: 200, storesPerRequest: 5, ratePerSec: null },
    { connections: 1_000, depth: 1, storesPerRequest: 1, ratePerSec: null },
    { connections: 1_000, depth: 1, storesPerRequest: 5, ratePerSec: null },
  ]);
});

test('a single depth goes with all connections, and a rate with all loads', () => {
  const { loads } = parseOpenPlan(texts({ connections: '1,10', depth: '7', rate: 500 }));
  expect(loads).toMatchObject([
    { connections: 1, depth: 7, ratePerSec: 500 },
    { connections: 10, depth: 7, ratePerSec: 500 },
  ]);
});

test.each<{ changes: Partial<PlanTexts>; message: string }>([
  { changes: { connections: '0' }, message: '--connections takes whole numbers from 1 to 10000' },
  { changes: { connections: '5,' }, message: 'not ""' },
  { changes: { depth: '2.5' }, message: '--depth takes whole numbers' },
  { changes: { storesPerRequest: '101' }, message: '--stores-per-request takes whole numbers' },
  { changes: { connections: '1,2,3', depth: '1,2' }, message: 'give as many of both' },
  { changes: { depth: '65536', storesPerRequest: '2' }, message: 'at most 65536 opens in flight' },
  { changes: { connections: '1000' }, message: 'have at most 150000 opens in flight' },
  { changes: { journal: 'memroy' }, message: 'Did you mean "memory"?' },
  { changes: { journal: 'memory,memory' }, message: '--journal names memory twice' },
])('$changes is wrong usage and says what is right', ({ changes, message }) => {
  expect(() => parseOpenPlan(texts(changes))).toThrow(message);
});

test.each([
  { total: 7, count: 3, parts: [3, 2, 2] },
  { total: 6, count: 3, parts: [2, 2, 2] },
  { total: 1, count: 2, parts: [1, 0] },
])('$total in $count parts is $parts', ({ total, count, parts }) => {
  expect(splitEvenly(total, count)).toEqual(parts);
});
