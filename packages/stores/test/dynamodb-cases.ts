/** Calls of the low-level client, in the order in which they build on each other. */
import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import {
  GetItemCommand,
  paginateQuery,
  paginateScan,
  PutItemCommand,
  UpdateItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { called, settle } from './outcomes.js';

export interface ClientCase<C> {
  readonly title: string;
  /** How many branches its writes open. */
  readonly branches: number;
  run(client: C): Promise<unknown>;
}

const POSTS = { TableName: 'posts' };
const key = (id: string) => ({ ...POSTS, Key: { id: { S: id } } });
const device = new Uint8Array([1, 2, 250]);
const eventKey = (at: string) => ({ device: { B: device }, at: { N: at } });
const EVENTS = { TableName: 'events' };

function one(
  title: string,
  branches: number,
  run: (client: DynamoDB) => Promise<unknown>,
): ClientCase<DynamoDB> {
  return { title, branches, run };
}

export const LOW_LEVEL_CASES: readonly ClientCase<DynamoDB>[] = [
  one('put', 1, (c) => c.putItem({ ...POSTS, Item: { id: { S: 'a' }, n: { N: '1' } } })),
  one('put by command', 1, (c) =>
    c.send(new PutItemCommand({ ...POSTS, Item: { id: { S: 'b' }, tags: { SS: ['x'] } } })),
  ),
  one('put with a callback', 1, (c) =>
    called((callback) => {
      c.putItem({ ...POSTS, Item: { id: { S: 'cb' } } }, (error, output) => {
        callback(error, output?.Attributes);
      });
    }),
  ),
  one('put over an item, returning it', 1, (c) =>
    c.putItem({ ...POSTS, Item: { id: { S: 'a' }, n: { N: '2' } }, ReturnValues: 'ALL_OLD' }),
  ),
  one('put of a nested map', 1, (c) =>
    c.putItem({
      ...POSTS,
      Item: { id: { S: 'map' }, m: { M: { rv: { S: 'x' }, l: { L: [{ N: '1' }] } } } },
    }),
  ),
  one('put whose condition holds', 1, (c) =>
    c.putItem({
      ...POSTS,
      Item: { id: { S: 'new' } },
      ConditionExpression: 'attribute_not_exists(id)',
    }),
  ),
  one('put whose condition fails', 0, (c) =>
    c.putItem({
      ...POSTS,
      Item: { id: { S: 'new' } },
      ConditionExpression: 'attribute_not_exists(id)',
    }),
  ),
  one('put without its key', 0, (c) => c.putItem({ ...POSTS, Item: { n: { N: '1' } } })),
  one('put into no table', 0, (c) => c.putItem({ TableName: 'nowhere', Item: { id: { S: 'a' } } })),
  one('put of a key of two attributes', 1, (c) =>
    c.putItem({ ...EVENTS, Item: { ...eventKey('5.0'), level: { S: 'info' } } }),
  ),
  one('put with its capacity', 1, (c) =>
    c.putItem({ ...POSTS, Item: { id: { S: 'cap' } }, ReturnConsumedCapacity: 'TOTAL' }),
  ),
  one('update with SET', 1, (c) =>
    c.updateItem({
      ...key('a'),
      UpdateExpression: 'SET n = n + :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
      ReturnValues: 'ALL_NEW',
    }),
  ),
  one('update in lower case with REMOVE and set', 1, (c) =>
    c.updateItem({
      ...key('b'),
      UpdateExpression: 'remove tags set #set = :set',
      ExpressionAttributeNames: { '#set': 'set' },
      ExpressionAttributeValues: { ':set': { S: 'set ' } },
      ReturnValues: 'UPDATED_NEW',
    }),
  ),
  one('update with ADD only', 1, (c) =>
    c.updateItem({
      ...key('a'),
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
      ReturnValues: 'UPDATED_OLD',
    }),
  ),
  one('update that removes, returning what is new', 1, (c) =>
    c.updateItem({ ...key('a'), UpdateExpression: 'REMOVE nothing', ReturnValues: 'UPDATED_NEW' }),
  ),
  one('update of nothing but the key', 1, (c) => c.updateItem(key('only-key'))),
  one('update in the old form', 1, (c) =>
    c.updateItem({
      ...key('a'),
      AttributeUpdates: { old: { Action: 'PUT', Value: { S: 'form' } } },
      ReturnValues: 'ALL_OLD',
    }),
  ),
  one('update with an empty expression', 0, (c) =>
    c.updateItem({ ...key('a'), UpdateExpression: '' }),
  ),
  one('update with a bad expression', 0, (c) =>
    c.updateItem({ ...key('a'), UpdateExpression: 'SET' }),
  ),
  one('update whose condition fails', 0, (c) =>
    c.send(
      new UpdateItemCommand({
        ...key('a'),
        UpdateExpression: 'SET n = :n',
        ConditionExpression: 'n = :n',
        ExpressionAttributeValues: { ':n': { N: '77' } },
      }),
    ),
  ),
  one('update of an item near the limit of size', 1, (c) =>
    c.putItem({ ...POSTS, Item: { id: { S: 'big' }, t: { S: 'x'.repeat(409_585) } } }),
  ),
  one('delete, returning it', 1, (c) => c.deleteItem({ ...key('new'), ReturnValues: 'ALL_OLD' })),
  one('delete of nothing', 1, (c) => c.deleteItem({ ...key('never'), ReturnValues: 'ALL_OLD' })),
  one('batch of puts and deletes', 1, (c) =>
    c.batchWriteItem({
      RequestItems: {
        posts: [
          { PutRequest: { Item: { id: { S: 'c' }, n: { N: '1' } } } },
          { DeleteRequest: { Key: { id: { S: 'map' } } } },
        ],
        events: [{ PutRequest: { Item: { ...eventKey('6'), level: { S: 'warn' } } } }],
      },
    }),
  ),
  one('batch with a key twice', 0, (c) =>
    c.batchWriteItem({
      RequestItems: {
        posts: [
          { PutRequest: { Item: { id: { S: 'c' } } } },
          { DeleteRequest: { Key: { id: { S: 'c' } } } },
        ],
      },
    }),
  ),
  one('transaction', 1, (c) =>
    c.transactWriteItems({
      TransactItems: [
        { Put: { ...POSTS, Item: { id: { S: 'd' } } } },
        {
          Update: {
            ...key('a'),
            UpdateExpression: 'SET n = :n',
            ExpressionAttributeValues: { ':n': { N: '9' } },
          },
        },
        { Delete: key('only-key') },
        { ConditionCheck: { ...key('b'), ConditionExpression: 'attribute_exists(id)' } },
      ],
    }),
  ),
  one('transaction that is cancelled', 0, (c) =>
    c.transactWriteItems({
      TransactItems: [
        { Put: { ...POSTS, Item: { id: { S: 'e' } } } },
        {
          Put: {
            ...POSTS,
            Item: { id: { S: 'a' } },
            ConditionExpression: 'attribute_not_exists(id)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
      ],
    }),
  ),
  one('transaction with its own token, twice', 2, async (c) => {
    const input = {
      ClientRequestToken: 'token-1',
      TransactItems: [{ Put: { ...POSTS, Item: { id: { S: 'token' } } } }],
    };
    return [await c.transactWriteItems(input), await c.transactWriteItems(input)];
  }),
  one('get', 0, (c) => c.getItem(key('a'))),
  one('get by command', 0, (c) => c.send(new GetItemCommand(key('b')))),
  one('get of nothing', 0, (c) => c.getItem(key('never'))),
  one('get, projected', 0, (c) => c.getItem({ ...key('a'), ProjectionExpression: 'n' })),
  one('get, projected to what it has not', 0, (c) =>
    c.getItem({ ...key('a'), ProjectionExpression: 'nothing' }),
  ),
  one('get with its capacity', 0, (c) =>
    c.getItem({ ...key('b'), ReturnConsumedCapacity: 'TOTAL', ConsistentRead: true }),
  ),
  one('get of a binary key', 0, (c) => c.getItem({ ...EVENTS, Key: eventKey('5') })),
  one('batch get', 0, (c) =>
    c.batchGetItem({
      RequestItems: { posts: { Keys: [{ id: { S: 'c' } }] }, events: { Keys: [eventKey('6')] } },
    }),
  ),
  one('transactional get', 0, (c) => c.transactGetItems({ TransactItems: [{ Get: key('a') }] })),
  one('query', 0, (c) =>
    c.query({
      ...EVENTS,
      KeyConditionExpression: 'device = :d',
      ExpressionAttributeValues: { ':d': { B: device } },
    }),
  ),
  one('query of a local index', 0, (c) =>
    c.query({
      ...EVENTS,
      IndexName: 'by-level',
      KeyConditionExpression: 'device = :d',
      ExpressionAttributeValues: { ':d': { B: device } },
    }),
  ),
  one('query of a global index', 0, (c) =>
    c.query({
      ...EVENTS,
      IndexName: 'all-levels',
      KeyConditionExpression: '#l = :l',
      ExpressionAttributeNames: { '#l': 'level' },
      ExpressionAttributeValues: { ':l': { S: 'warn' } },
    }),
  ),
  one('scan, filtered', 0, (c) =>
    c.scan({
      ...EVENTS,
      FilterExpression: '#l = :l',
      ExpressionAttributeNames: { '#l': 'level' },
      ExpressionAttributeValues: { ':l': { S: 'info' } },
    }),
  ),
  one('scan, counted', 0, (c) => c.scan({ ...EVENTS, Select: 'COUNT' })),
  one('pages of a scan', 0, async (c) => {
    const pages: unknown[] = [];
    for await (const { Items } of paginateScan({ client: c }, { ...EVENTS, Limit: 1 })) {
      pages.push(Items);
    }
    return pages;
  }),
  ...(['UPDATED_OLD', 'UPDATED_NEW', 'ALL_OLD', 'ALL_NEW'] as const).flatMap((ReturnValues) => [
    one(`update that sets what was not there, ${ReturnValues}`, 1, (c) =>
      c.updateItem({
        ...key('a'),
        UpdateExpression: `SET ${ReturnValues} = :n`,
        ExpressionAttributeValues: { ':n': { N: '1' } },
        ReturnValues,
      }),
    ),
    one(`update that removes, ${ReturnValues}`, 1, (c) =>
      c.updateItem({ ...key('a'), UpdateExpression: `REMOVE ${ReturnValues}`, ReturnValues }),
    ),
    one(`update of nothing, ${ReturnValues}`, 1, (c) =>
      c.updateItem({ ...key('a'), ReturnValues }),
    ),
  ]),
  one('update whose condition fails, showing the item', 0, (c) =>
    c.updateItem({
      ...key('a'),
      UpdateExpression: 'SET n = :n',
      ConditionExpression: 'n = :other',
      ExpressionAttributeValues: { ':n': { N: '1' }, ':other': { N: '-1' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
  ),
  one('a waiter', 0, async (c) => {
    const { state } = await waitUntilTableExists({ client: c, maxWaitTime: 5 }, POSTS);
    return state;
  }),
  one('pages of a query', 0, async (c) => {
    const pages: unknown[] = [];
    const input = {
      ...EVENTS,
      KeyConditionExpression: 'device = :d',
      ExpressionAttributeValues: { ':d': { B: device } },
    };
    for await (const { Items } of paginateQuery({ client: c }, { ...input, Limit: 1 })) {
      pages.push(Items);
    }
    return pages;
  }),
  one('description of a table', 0, async (c) => (await c.describeTable(POSTS)).Table?.KeySchema),
  one('an aborted request', 0, (c) => {
    const aborted = new AbortController();
    aborted.abort();
    return settle(c.listTables({}, { abortSignal: aborted.signal }));
  }),
];
