// Needs only the npm package dynalite.
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreams } from '@aws-sdk/client-dynamodb-streams';
import { expect, onTestFinished, test } from 'vitest';
import type { GlobalTable, GlobalTableOptions } from './global-table.js';
import { startGlobalTable } from './global-table.js';

const CREDENTIALS = { accessKeyId: 'x', secretAccessKey: 'x' };

interface Setup {
  readonly table: GlobalTable;
  readonly eu: DynamoDB;
  readonly us: DynamoDB;
}

async function setup(options?: GlobalTableOptions): Promise<Setup> {
  const table = await startGlobalTable(options);
  const connect = (endpoint: string): DynamoDB =>
    new DynamoDB({ endpoint, region: 'local', credentials: CREDENTIALS, maxAttempts: 1 });
  const eu = connect(table.primary.endpoint);
  const us = connect(table.replica.endpoint);
  onTestFinished(async () => {
    eu.destroy();
    us.destroy();
    await table.shutdown();
  });
  await eu.createTable({
    TableName: 'posts',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  return { table, eu, us };
}

const put = (client: DynamoDB, id: string, text: string): Promise<unknown> =>
  client.putItem({ TableName: 'posts', Item: { id: { S: id }, text: { S: text } } });

async function read(client: DynamoDB, id: string, consistent = true): Promise<string | undefined> {
  const Key = { id: { S: id } };
  const { Item } = await client.getItem({ TableName: 'posts', Key, ConsistentRead: consistent });
  return Item?.['text']?.S;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2));
}

test('writes, updates, deletes and batches of either region reach the other', async () => {
  const { eu, us } = await setup();
  await put(eu, 'a', 'one');
  await until(async () => (await read(us, 'a')) === 'one');
  await us.updateItem({
    TableName: 'posts',
    Key: { id: { S: 'a' } },
    UpdateExpression: 'SET #t = :t',
    ExpressionAttributeNames: { '#t': 'text' },
    ExpressionAttributeValues: { ':t': { S: 'two' } },
  });
  await until(async () => (await read(eu, 'a')) === 'two');
  const requests = ['b', 'c'].map((id) => ({
    PutRequest: { Item: { id: { S: id }, text: { S: id } } },
  }));
  await eu.batchWriteItem({ RequestItems: { posts: requests } });
  await until(async () => (await read(us, 'c')) === 'c');
  await eu.deleteItem({ TableName: 'posts', Key: { id: { S: 'a' } } });
  await until(async () => (await read(us, 'a')) === undefined);
});

test('a paused gate holds replication, and what was held arrives in order per item', async () => {
  const { table, eu, us } = await setup({ newestFirst: true });
  await table.lag.pause();
  for (let version = 1; version <= 5; version++) await put(eu, 'a', String(version));
  expect(await read(us, 'a')).toBeUndefined();
  await table.lag.resume();
  await until(async () => (await read(us, 'a')) === '5');
});

test('of two regions that write one item the later write wins in both, a deletion too', async () => {
  const { table, eu, us } = await setup();
  await Promise.all([table.lag.pause(), table.lagBack.pause()]);
  await put(eu, 'a', 'earlier');
  await put(us, 'a', 'later');
  await put(us, 'b', 'earlier');
  await eu.putItem({ TableName: 'posts', Item: { id: { S: 'b' } } });
  await eu.deleteItem({ TableName: 'posts', Key: { id: { S: 'b' } } });
  await put(eu, 'end', 'of eu');
  await put(us, 'fin', 'of us');
  await Promise.all([table.lag.resume(), table.lagBack.resume()]);
  await until(async () => (await read(us, 'end')) !== undefined);
  await until(async () => (await read(eu, 'fin')) !== undefined);
  for (const region of [eu, us]) {
    expect(await read(region, 'a')).toBe('later');
    expect(await read(region, 'b')).toBeUndefined();
  }
});

test('eventually consistent reads are stale for as long as they were told to be', async () => {
  const { table, eu, us } = await setup({ staleReads: true });
  table.replica.setStaleness(3_600_000);
  await put(eu, 'a', 'one');
  await until(async () => (await read(us, 'a')) === 'one');
  expect(await read(us, 'a', false)).toBeUndefined();
  const { Items } = await us.scan({ TableName: 'posts' });
  expect(Items).toEqual([]);
  table.replica.setStaleness(0);
  await until(async () => (await read(us, 'a', false)) === 'one');
});

test('transactions are carried out whole or not at all', async () => {
  const { eu, us } = await setup();
  await put(eu, 'a', 'one');
  const Put = { TableName: 'posts', Item: { id: { S: 'b' }, text: { S: 'new' } } };
  const ConditionExpression = 'attribute_not_exists(id)';
  const Refused = { TableName: 'posts', Key: { id: { S: 'a' } }, ConditionExpression };
  await expect(
    eu.transactWriteItems({ TransactItems: [{ Put }, { Delete: Refused }] }),
  ).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
  });
  expect(await read(eu, 'b')).toBeUndefined();
  await eu.transactWriteItems({
    TransactItems: [{ Put }, { Delete: { TableName: 'posts', Key: { id: { S: 'a' } } } }],
  });
  await until(async () => (await read(us, 'b')) === 'new' && (await read(us, 'a')) === undefined);
  const Get = { TableName: 'posts', Key: { id: { S: 'b' } } };
  const { Responses } = await us.transactGetItems({ TransactItems: [{ Get }] });
  expect(Responses?.[0]?.Item?.['text']).toEqual({ S: 'new' });
});

test('a stream tells what happened in its region', async () => {
  const { table, eu, us } = await setup();
  await put(eu, 'a', 'one');
  await until(async () => (await read(us, 'a')) === 'one');
  await eu.deleteItem({ TableName: 'posts', Key: { id: { S: 'a' } } });
  await until(async () => (await read(us, 'a')) === undefined);
  const streams = new DynamoDBStreams({
    endpoint: table.replica.endpoint,
    region: 'local',
    credentials: CREDENTIALS,
  });
  onTestFinished(() => {
    streams.destroy();
  });
  const { Table } = await us.describeTable({ TableName: 'posts' });
  expect(Table?.LatestStreamArn).toBe(table.replica.streamArn('posts'));
  const StreamArn = table.replica.streamArn('posts');
  const { StreamDescription } = await streams.describeStream({ StreamArn });
  const { ShardIterator } = await streams.getShardIterator({
    StreamArn,
    ShardId: StreamDescription?.Shards?.[0]?.ShardId,
    ShardIteratorType: 'TRIM_HORIZON',
  });
  const { Records } = await streams.getRecords({ ShardIterator });
  expect(Records?.map(({ eventName }) => eventName)).toEqual(['INSERT', 'REMOVE']);
  expect(Records?.[1]?.dynamodb?.OldImage?.['text']).toEqual({ S: 'one' });
});

test('requests and capacity units are counted by the size of items', async () => {
  const { table, eu } = await setup();
  const before = table.primary.counts;
  await put(eu, 'a', 'x'.repeat(100_000));
  const Key = { id: { S: 'a' } };
  await eu.batchGetItem({
    RequestItems: {
      posts: { Keys: [Key], ConsistentRead: true, ProjectionExpression: 'id' },
    },
  });
  const { requests, batchKeys, readUnits, writeUnits } = table.primary.counts;
  expect(requests.get('BatchGetItem')).toBe(1);
  expect(batchKeys).toBe(1);
  expect(writeUnits - before.writeUnits).toBe(98);
  expect(readUnits - before.readUnits).toBe(25);
});
