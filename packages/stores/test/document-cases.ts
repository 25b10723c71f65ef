/** Calls of the document client, in the order in which they build on each other. */
import type { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { GetCommand, paginateQuery, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ClientCase } from './dynamodb-cases.js';

const POSTS = { TableName: 'posts' };
const EVENTS = { TableName: 'events' };
const device = new Uint8Array([9, 8, 255]);

function one(
  title: string,
  branches: number,
  run: (client: DynamoDBDocument) => Promise<unknown>,
): ClientCase<DynamoDBDocument> {
  return { title, branches, run };
}

export const DOCUMENT_CASES: readonly ClientCase<DynamoDBDocument>[] = [
  one('put', 1, (c) => c.put({ ...POSTS, Item: { id: 'doc', n: 1, S: { S: 'x' } } })),
  one('put by command', 1, (c) =>
    c.send(new PutCommand({ ...POSTS, Item: { id: 'doc-2', set: new Set(['a', 'b']) } })),
  ),
  one('put over an item, returning it', 1, (c) =>
    c.put({ ...POSTS, Item: { id: 'doc', n: 2 }, ReturnValues: 'ALL_OLD' }),
  ),
  one('put whose condition fails', 0, (c) =>
    c.put({
      ...POSTS,
      Item: { id: 'doc' },
      ConditionExpression: 'attribute_not_exists(id)',
    }),
  ),
  one('put of what cannot be converted', 0, (c) =>
    c.put({ ...POSTS, Item: { id: 'doc', n: new Date(0) } }),
  ),
  one('put of a binary and a numeric key', 1, (c) =>
    c.put({ ...EVENTS, Item: { device, at: 12.5, level: 'info' } }),
  ),
  one('put of a big number as key', 1, (c) =>
    c.put({ ...EVENTS, Item: { device, at: 12_345_678_901_234_567n, level: 'warn' } }),
  ),
  one('update', 1, (c) =>
    c.update({
      ...POSTS,
      Key: { id: 'doc' },
      UpdateExpression: 'SET n = :n REMOVE x',
      ExpressionAttributeValues: { ':n': 3 },
      ReturnValues: 'ALL_NEW',
    }),
  ),
  one('update by command, returning what is new', 1, (c) =>
    c.send(
      new UpdateCommand({
        ...POSTS,
        Key: { id: 'doc' },
        UpdateExpression: 'ADD n :n',
        ExpressionAttributeValues: { ':n': 1 },
        ReturnValues: 'UPDATED_NEW',
      }),
    ),
  ),
  one('batch', 1, (c) =>
    c.batchWrite({
      RequestItems: {
        posts: [
          { PutRequest: { Item: { id: 'doc-3', nested: { a: [1, null, true] } } } },
          { DeleteRequest: { Key: { id: 'doc-2' } } },
        ],
      },
    }),
  ),
  one('transaction', 1, (c) =>
    c.transactWrite({
      TransactItems: [
        { Put: { ...POSTS, Item: { id: 'doc-4' } } },
        {
          Update: {
            ...POSTS,
            Key: { id: 'doc' },
            UpdateExpression: 'SET n = :n',
            ExpressionAttributeValues: { ':n': 10 },
          },
        },
      ],
    }),
  ),
  one('get', 0, (c) => c.get({ ...POSTS, Key: { id: 'doc' } })),
  one('get by command', 0, (c) => c.send(new GetCommand({ ...POSTS, Key: { id: 'doc-3' } }))),
  one('get of nothing', 0, (c) => c.get({ ...POSTS, Key: { id: 'never' } })),
  one('batch get', 0, async (c) => {
    const Keys = [{ id: 'doc' }, { id: 'doc-4' }];
    const { Responses } = await c.batchGet({ RequestItems: { posts: { Keys } } });
    // They come in any order.
    return Responses?.['posts']?.map((item) => JSON.stringify(item)).sort();
  }),
  one('transactional get', 0, (c) =>
    c.transactGet({ TransactItems: [{ Get: { ...POSTS, Key: { id: 'doc' } } }] }),
  ),
  one('query', 0, (c) =>
    c.query({
      ...EVENTS,
      KeyConditionExpression: 'device = :d',
      ExpressionAttributeValues: { ':d': device },
    }),
  ),
  one('pages of a query', 0, async (c) => {
    const pages: unknown[] = [];
    const input = {
      ...EVENTS,
      KeyConditionExpression: 'device = :d',
      ExpressionAttributeValues: { ':d': device },
      Limit: 1,
    };
    for await (const { Items } of paginateQuery({ client: c }, input)) pages.push(Items);
    return pages;
  }),
  one('scan', 0, (c) => c.scan({ ...EVENTS, FilterExpression: 'attribute_exists(device)' })),
  ...(['UPDATED_OLD', 'UPDATED_NEW', 'ALL_OLD', 'ALL_NEW'] as const).map((ReturnValues) =>
    one(`update that sets what was not there, ${ReturnValues}`, 1, (c) =>
      c.update({
        ...POSTS,
        Key: { id: 'doc' },
        UpdateExpression: `SET ${ReturnValues} = :n`,
        ExpressionAttributeValues: { ':n': 1 },
        ReturnValues,
      }),
    ),
  ),
  one('get with its capacity', 0, (c) =>
    c.get({ ...POSTS, Key: { id: 'doc' }, ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' }),
  ),
  one('delete, returning it', 1, (c) =>
    c.delete({ ...POSTS, Key: { id: 'doc-4' }, ReturnValues: 'ALL_OLD' }),
  ),
];
