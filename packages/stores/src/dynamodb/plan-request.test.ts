import { expect, test } from 'vitest';
import { isCertainFailure } from './certain-failure.js';
import { decodeItemKey, encodeItemKey, normalizeNumber } from './item-key.js';
import { markUpdate } from './mark-update.js';
import { planRequest } from './plan-request.js';
import type { RequestPlan } from './request-plan.js';

const BID = '01J00000000000000000000000';

function plan(Statement: string, Parameters: readonly unknown[] = []): Promise<RequestPlan> {
  return planRequest({
    commandName: 'ExecuteStatementCommand',
    input: { Statement, Parameters },
    isDocument: false,
    shapeOf: () => Promise.resolve({ keyNames: ['id'], localIndexes: new Set(['local']) }),
  });
}

const A = [{ table: 'posts', key: { id: { S: 'a' } } }];

const WRITES = [
  {
    statement: `INSERT INTO "posts" VALUE {'id': 'a', 'm': {'id': 'x'}}`,
    marked: `INSERT INTO "posts" VALUE { 'rv_bid': '${BID}','id': 'a', 'm': {'id': 'x'}}`,
    places: A,
  },
  {
    statement: `insert into posts value {'n': ?, 'id': ?}`,
    parameters: [{ N: '1' }, { S: 'a' }],
    marked: `insert into posts value { 'rv_bid': '${BID}','n': ?, 'id': ?}`,
    places: A,
  },
  {
    statement: `UPDATE "posts" SET n = ? REMOVE x WHERE id = ?`,
    parameters: [{ N: '1' }, { S: 'a' }],
    marked: `UPDATE "posts" SET rv_bid = '${BID}' SET n = ? REMOVE x WHERE id = ?`,
    places: A,
  },
  {
    statement: `DELETE FROM "posts" WHERE "id" = 'a'`,
    marked: `DELETE FROM "posts" WHERE "id" = 'a'`,
    places: A,
  },
  {
    statement: `UPDATE posts SET n = 1 WHERE id = 'a' OR id = 'b'`,
    marked: `UPDATE posts SET rv_bid = '${BID}' SET n = 1 WHERE id = 'a' OR id = 'b'`,
    places: undefined,
  },
  { statement: 'something else', marked: 'something else', places: undefined },
];

test.each(WRITES)('PartiQL that writes: $statement', async (one) => {
  const write = await plan(one.statement, one.parameters);
  if (write.kind !== 'write') throw new Error(write.kind);
  expect(write.places).toEqual(one.places);
  expect(write.mark(BID)).toMatchObject({ Statement: one.marked });
});

test.each([
  { statement: `SELECT * FROM "posts" WHERE id = 'a'`, places: A, globalIndex: undefined },
  { statement: `SELECT * FROM posts WHERE n = 1`, places: undefined, globalIndex: undefined },
  {
    statement: `SELECT * FROM "posts"."global" WHERE id = 'a'`,
    places: undefined,
    globalIndex: 'global',
  },
  {
    statement: `SELECT * FROM "posts"."local" WHERE id = 'a'`,
    places: undefined,
    globalIndex: undefined,
  },
])('PartiQL that reads: $statement', async ({ statement, places, globalIndex }) => {
  const read = await plan(statement);
  if (read.kind !== 'read') throw new Error(read.kind);
  expect(read.places).toEqual(places);
  expect(read.globalIndex).toBe(globalIndex);
  expect(read.strengthen()).toMatchObject({ ConsistentRead: true, Statement: statement });
});

test.each([
  ['5', '5'],
  ['5.0', '5'],
  ['0.5e1', '5'],
  ['-0.050', '-5e-2'],
  ['1200', '12e2'],
  ['0.000', '0'],
])('the number %s is named %s', (text, name) => {
  expect(normalizeNumber(text)).toBe(name);
});

test('what names an item leads back to it, and nothing else does', () => {
  const place = { table: 'posts', key: { a: { S: 'é"' }, b: { N: '12e2' }, c: { B: 'AQI=' } } };
  expect(decodeItemKey(encodeItemKey(place))).toEqual(place);
  const arn = 'arn:aws:dynamodb:eu-west-1:1:table/posts';
  expect(encodeItemKey({ ...place, table: arn })).toEqual(encodeItemKey(place));
  for (const text of ['', '{}', '["posts"]', '["posts",["a","X","b"]]', '["posts",["a","S"]]']) {
    expect(decodeItemKey(Buffer.from(text))).toBeUndefined();
  }
});

test.each([
  [undefined, 'SET #rv_bid = :rv_bid'],
  ['SET a = :a', 'SET #rv_bid = :rv_bid, a = :a'],
  ['remove #set set b = :set', 'remove #set set #rv_bid = :rv_bid, b = :set'],
  ['ADD n :one', 'SET #rv_bid = :rv_bid ADD n :one'],
  ['', ''],
])('the update %s is marked as %s', (UpdateExpression, marked) => {
  const update = UpdateExpression === undefined ? {} : { UpdateExpression };
  expect(markUpdate(update, BID)['UpdateExpression']).toBe(marked);
});

test.each([
  ['ConditionalCheckFailedException', 400, 1, true],
  ['ConditionalCheckFailedException', 400, 2, false],
  ['TransactionInProgressException', 400, 1, false],
  ['InternalServerError', 500, 1, false],
  ['TimeoutError', undefined, 1, false],
])('rule 15: %s with status %s at attempt %s is certain: %s', (name, status, attempts, certain) => {
  const $fault = status === 400 ? 'client' : 'server';
  const error = { name, $fault, $metadata: { httpStatusCode: status, attempts } };
  expect(isCertainFailure(error)).toBe(certain);
});
