import { expect, test } from 'vitest';
import { parseOpenPlan, splitEvenly, type PlanTexts } from './open-plan.js';

function texts(changes: Partial<PlanTexts> = {}): PlanTexts {
  return {
    connections: undefined,
    depth: undefined,
    clients: undefined,
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

test('clients are connections with one request in flight each', () => {
  expect(parseOpenPlan(texts({ clients: '200, 1000' }))).toEqual(
    parseOpenPlan(texts({ connections: '200,1000', depth: '1' })),
  );
});

test('5 × 200 when nobody asked for more, with less depth where the node would refuse opens', () => {
  const { loads } = parseOpenPlan(texts({ storesPerRequest: '1,100,1000' }));
  expect(loads).toMatchObject([
    { connections: 5, depth: 200, storesPerRequest: 1 },
    { connections: 5, depth: 200, storesPerRequest: 100 },
    { connections: 5, depth: 30, storesPerRequest: 1_000 },
  ]);
});

test.each<{ changes: Partial<PlanTexts>; message: string }>([
  { changes: { connections: '0' }, message: '--connections takes whole numbers from 1 to 10000' },
  { changes: { connections: '5,' }, message: 'not ""' },
  { changes: { depth: '2.5' }, message: '--depth takes whole numbers' },
  { changes: { storesPerRequest: '1001' }, message: '--stores-per-request takes whole numbers' },
  { changes: { connections: '1,2,3', depth: '1,2' }, message: 'give as many of both' },
  {
    changes: { depth: '200', storesPerRequest: '1000' },
    message:
      '5 connections × 200 requests × 1000 stores are 1000000 opens in flight; beyond 150000 the node refuses some',
  },
  { changes: { clients: '200', storesPerRequest: '1000' }, message: 'ask for fewer connections' },
  { changes: { clients: '10001' }, message: '--clients takes whole numbers from 1 to 10000' },
  { changes: { clients: '200', depth: '1' }, message: 'leave the others out, or --clients' },
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
