// Each call once through the bare client and once through the wrapped one, on tables of their own.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDB, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type GlobalTable, startGlobalTable } from '@rendezvous/testkit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { DOCUMENT_CASES } from '../../test/document-cases.js';
import { type ClientCase, LOW_LEVEL_CASES } from '../../test/dynamodb-cases.js';
import { DOCUMENT_PARTIQL_CASES, LOW_LEVEL_PARTIQL_CASES } from '../../test/partiql-cases.js';
import { CLIENT_CONFIG, connectTo, createTables } from '../../test/dynamodb-tables.js';
import { settle } from '../../test/outcomes.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import { unwrap, wrapDynamoDB } from './index.js';

let tables: readonly [GlobalTable, GlobalTable];

beforeAll(async () => {
  tables = [await startGlobalTable(), await startGlobalTable()];
  await Promise.all(tables.map(createTables));
});

afterAll(async () => {
  await Promise.all(tables.map((table) => table.shutdown()));
});

/** What differs between any two requests. */
function withoutMetadata(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, field: unknown) => {
      if (name === '$metadata') return undefined;
      if (field instanceof Set) return [...(field as Set<unknown>)].map(String).sort();
      if (typeof field === 'bigint') return `${String(field)}n`;
      return typeof field === 'function' ? field.name : field;
    }),
  );
}

function compare<C>(
  cases: readonly ClientCase<C>[],
  connect: (endpoint: string) => C,
  wrap: (client: C, handle: RecordingHandle) => C,
): void {
  const handle = new RecordingHandle();
  test.each(cases)('$title', async (one) => {
    const [bareTable, wrappedTable] = tables;
    const bare = connect(bareTable.primary.endpoint);
    const wrapped = wrap(connect(wrappedTable.primary.endpoint), handle);
    const before = handle.branches.length;
    const expected = withoutMetadata(await settle(one.run(bare)));
    const actual = withoutMetadata(await settle(one.run(wrapped)));
    expect(actual).toEqual(expected);
    expect(handle.branches.length - before).toBe(one.branches);
  });
}

describe('the low-level client behaves as it does bare', () => {
  compare([...LOW_LEVEL_CASES, ...LOW_LEVEL_PARTIQL_CASES], connectTo, wrapDynamoDB);
});

describe('the document client behaves as it does bare', () => {
  const connect = (endpoint: string): DynamoDBDocument =>
    DynamoDBDocument.from(connectTo(endpoint));
  compare([...DOCUMENT_CASES, ...DOCUMENT_PARTIQL_CASES], connect, wrapDynamoDB);
});

describe('what is wrapped', () => {
  test('is what it was, and what it was stays as it is', async () => {
    const [{ primary }] = tables;
    const bare = connectTo(primary.endpoint);
    const handle = new RecordingHandle();
    const wrapped = wrapDynamoDB(bare, handle);
    expect(wrapped).toBeInstanceOf(DynamoDB);
    expect(wrapped).toBeInstanceOf(DynamoDBClient);
    expect(unwrap(wrapped)).toBe(bare);
    await bare.putItem({ TableName: 'posts', Item: { id: { S: 'bare' } } });
    expect(handle.recorded).toEqual([]);
  });

  test('makes document clients that are wrapped too', async () => {
    const [{ primary }] = tables;
    const handle = new RecordingHandle();
    const document = DynamoDBDocumentClient.from(
      wrapDynamoDB(new DynamoDBClient({ ...CLIENT_CONFIG, endpoint: primary.endpoint }), handle),
    );
    expect(() => wrapDynamoDB(document, handle)).toThrow(/wrapped already/);
    await DynamoDBDocument.from(wrapDynamoDB(connectTo(primary.endpoint), handle)).put({
      TableName: 'posts',
      Item: { id: 'made' },
    });
    expect(handle.branches).toHaveLength(1);
  });

  test('is refused when it is wrapped already, or no client', () => {
    const handle = new RecordingHandle();
    const wrapped = wrapDynamoDB(connectTo('http://127.0.0.1:1'), handle);
    expect(() => wrapDynamoDB(wrapped, handle)).toThrow(/config_invalid.*wrapped already/);
    const nothing = { send: () => undefined, middlewareStack: {} };
    expect(() => wrapDynamoDB(nothing, handle)).toThrow(/config_invalid/);
  });
});

test('writes leave the bid of their branch, under keys that are the same for both clients', async () => {
  const [{ primary }] = tables;
  const bare = connectTo(primary.endpoint);
  const handle = new RecordingHandle();
  const low = wrapDynamoDB(connectTo(primary.endpoint), handle);
  const document = wrapDynamoDB(DynamoDBDocument.from(connectTo(primary.endpoint)), handle);
  const device = new Uint8Array([7]);
  await low.putItem({
    TableName: 'events',
    Item: { device: { B: device }, at: { N: '1.50' }, level: { S: 'x' } },
  });
  await document.update({ TableName: 'events', Key: { at: 1.5, device } });
  const Key = { device: { B: device }, at: { N: '15e-1' } };
  const { Item } = await bare.getItem({ TableName: 'events', Key });
  expect(Item?.['rv_bid']).toEqual({ S: handle.lastBid });
  const [first, second] = handle.branches;
  expect(first?.keys).toEqual(['["events",["at","N","15e-1"],["device","B","Bw=="]]']);
  expect(second?.keys).toEqual(first?.keys);
});

test('statements leave the bid of their branch, under keys that they name by parameter or text', async () => {
  const [{ primary }] = tables;
  const bare = connectTo(primary.endpoint);
  const handle = new RecordingHandle();
  const low = wrapDynamoDB(connectTo(primary.endpoint), handle);
  const document = wrapDynamoDB(DynamoDBDocument.from(connectTo(primary.endpoint)), handle);
  const markers = async (): Promise<unknown[]> => {
    const Keys = ['p1', 'p2'].map((id) => ({ id: { S: id } }));
    const { Responses } = await bare.batchGetItem({ RequestItems: { posts: { Keys } } });
    return Responses?.['posts']?.map((item) => item['rv_bid']?.S) ?? [];
  };
  await low.executeTransaction({
    TransactStatements: [
      { Statement: `INSERT INTO posts VALUE {'id': ?}`, Parameters: [{ S: 'p1' }] },
      { Statement: `INSERT INTO posts VALUE {'id': 'p2', 'n': 1}` },
    ],
  });
  expect(await markers()).toEqual([handle.lastBid, handle.lastBid]);
  await document.batchExecuteStatement({
    Statements: [
      { Statement: 'UPDATE posts SET n = ? WHERE id = ?', Parameters: [2, 'p1'] },
      { Statement: `UPDATE posts REMOVE n WHERE id = 'p2'` },
    ],
  });
  expect(await markers()).toEqual([handle.lastBid, handle.lastBid]);
  const keys = ['["posts",["id","S","p1"]]', '["posts",["id","S","p2"]]'];
  expect(handle.branches.map((branch) => branch.keys)).toEqual([keys, keys]);
});

test('rule 14: another attempt of the SDK leaves a marker of its own', async () => {
  const bodies: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      outgoing.writeHead(bodies.length === 1 ? 500 : 200).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${String(port)}`;
  const handle = new RecordingHandle();
  const bare = new DynamoDB({ ...CLIENT_CONFIG, endpoint, maxAttempts: 2 });
  const wrapped = wrapDynamoDB(bare, handle, { keys: { posts: ['id'] } });
  await wrapped.putItem({ TableName: 'posts', Item: { id: { S: 'a' } } });
  bare.destroy();
  const markers = bodies.map((body) => (JSON.parse(body) as PutBody).Item.rv_bid.S);
  expect(markers).toEqual([handle.lastBid, `${handle.lastBid}.2`]);
});

interface PutBody {
  readonly Item: { readonly rv_bid: { readonly S: string } };
}
