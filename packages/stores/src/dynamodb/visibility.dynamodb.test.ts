import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { ProbedReplica } from '@rendezvous/protocol';
import { type GlobalTable, startGlobalTable } from '@rendezvous/testkit';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { connectTo, createTables } from '../../test/dynamodb-tables.js';
import { encodeItemKey } from './item-key.js';
import { dynamodbVisibility } from './visibility.js';

let table: GlobalTable;
let client: DynamoDB;

beforeAll(async () => {
  table = await startGlobalTable();
  await createTables(table);
  client = connectTo(table.replica.endpoint);
});

afterAll(async () => {
  client.destroy();
  await table.shutdown();
});

async function connect(query = '', onConsumed?: (units: number) => void): Promise<ProbedReplica> {
  const strategy = dynamodbVisibility(onConsumed ? { onConsumed } : {});
  const target = { endpoint: table.replica.url + query, namespace: 'default', store: 'posts' };
  const replica = await strategy.connectReplica(target, new AbortController().signal);
  onTestFinished(() => replica.shutdown());
  return replica;
}

const post = (id: string): Uint8Array => encodeItemKey({ table: 'posts', key: { id: { S: id } } });

async function mark(id: string, bid: string): Promise<void> {
  await client.putItem({ TableName: 'posts', Item: { id: { S: id }, rv_bid: { S: bid } } });
}

test('markers come in the order of their keys, of several tables and types', async () => {
  const device = Buffer.from([1, 255]);
  await mark('one', 'bid-1');
  await client.putItem({ TableName: 'posts', Item: { id: { S: 'unmarked' } } });
  await client.putItem({
    TableName: 'events',
    Item: { device: { B: device }, at: { N: '1e2' }, rv_bid: { S: 'bid-2' } },
  });
  const event = encodeItemKey({
    table: 'events',
    key: { device: { B: device.toString('base64') }, at: { N: '100.0' } },
  });
  const replica = await connect();
  const keys = [post('absent'), event, post('unmarked'), post('one')];
  await expect(replica.readMarkers(keys)).resolves.toEqual(['', 'bid-2', '', 'bid-1']);
});

test('a key of no use hides no marker of the others', async () => {
  await mark('kept', 'bid-3');
  const replica = await connect();
  const ofNoTable = encodeItemKey({ table: 'gone', key: { id: { S: 'a' } } });
  const ofAnotherType = encodeItemKey({ table: 'posts', key: { id: { N: '1' } } });
  const keys = [ofNoTable, Buffer.from('nonsense'), post('kept'), ofAnotherType];
  await expect(replica.readMarkers(keys)).resolves.toEqual(['', '', 'bid-3', '']);
});

test('what was consumed is told', async () => {
  await client.putItem({
    TableName: 'posts',
    Item: { id: { S: 'large' }, text: { S: 'x'.repeat(9_000) } },
  });
  let units = 0;
  const replica = await connect('', (consumed) => (units += consumed));
  await replica.readMarkers([post('large')]);
  expect(units).toBe(3);
});

test('a connection that cannot be asked is lost', async () => {
  const ended = await startGlobalTable();
  const strategy = dynamodbVisibility();
  const target = { endpoint: ended.replica.url, namespace: 'default', store: 'posts' };
  const replica = await strategy.connectReplica(target, new AbortController().signal);
  onTestFinished(() => replica.shutdown());
  await ended.shutdown();
  await expect(replica.readMarkers([post('a')])).rejects.toMatchObject({ code: 'store_failed' });
  await replica.lost;
});

test('a stream says where to look', async () => {
  const stream = encodeURIComponent(table.replica.streamArn('posts'));
  const replica = await connect(`&stream=${stream}`);
  const heard = new Set<string>();
  await replica.listen?.((keys) => {
    for (const key of keys) heard.add(Buffer.from(key).toString());
  });
  // It listens from some moment on: written until it has heard.
  while (heard.size === 0) {
    await mark('hinted', 'bid-4');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect([...heard]).toEqual([Buffer.from(post('hinted')).toString()]);
});
