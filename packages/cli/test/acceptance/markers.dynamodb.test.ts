// The whole path on an emulated global table: the AWS SDK writes through the shim, a node keeps the
// branches, a monitor looks for markers in a region whose replication the test holds and releases.
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { Rendezvous } from '@rendezvous/client';
import { createRendezvous } from '@rendezvous/client';
import { dynamodbVisibility, wrapDynamoDB } from '@rendezvous/stores/dynamodb';
import type { GlobalTable } from '@rendezvous/testkit';
import { startGlobalTable, startNode } from '@rendezvous/testkit';
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';

const STORE = 'posts';
const TableName = 'posts';

let table: GlobalTable;

beforeAll(async () => {
  table = await startGlobalTable({ staleReads: true, newestFirst: true });
  const client = connectTo(table.primary.endpoint);
  await client.createTable({
    TableName,
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'author', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-author',
        KeySchema: [{ AttributeName: 'author', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  });
  client.destroy();
});

afterAll(() => table.shutdown());

beforeEach(async () => {
  table.replica.setStaleness(0);
  await table.lag.pause();
  return () => table.lag.resume();
});

function connectTo(endpoint: string): DynamoDB {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  return new DynamoDB({ endpoint, region: 'local', credentials, maxAttempts: 1 });
}

interface Side {
  readonly rv: Rendezvous;
  readonly db: DynamoDB;
  put(id: string, text: string): Promise<unknown>;
  get(id: string): Promise<string | undefined>;
}

function connect(nodes: string, region: 'eu' | 'us'): Side {
  const { endpoint } = region === 'eu' ? table.primary : table.replica;
  const bare = connectTo(endpoint);
  const options = { region, nodes, log: () => undefined, openTimeoutMs: 10_000, timeoutMs: 30_000 };
  const rv = createRendezvous({ ...options, onUnavailable: 'throw' });
  onTestFinished(async () => {
    bare.destroy();
    await rv.shutdown();
  });
  const db = wrapDynamoDB(bare, rv.store(STORE), { home: 'eu' });
  return {
    rv,
    db,
    put: (id, text) => db.putItem({ TableName, Item: { id: { S: id }, text: { S: text } } }),
    get: async (id) => {
      const { Item } = await db.getItem({ TableName, Key: { id: { S: id } } });
      return Item?.['text']?.S;
    },
  };
}

interface Setup {
  readonly writer: Side;
  readonly reader: Side;
  /** Read units that the monitors have consumed. */
  readonly consumed: { units: number; requests: number };
}

async function setup(): Promise<Setup> {
  const consumed = { units: 0, requests: 0 };
  const onConsumed = (units: number): void => {
    consumed.units += units;
    consumed.requests += 1;
  };
  const node = await startNode({
    regions: ['eu', 'us'],
    strategies: {
      dynamodb: dynamodbVisibility({ onConsumed, readUnitsPerSecondMax: 1_000_000 }),
    },
    stores: [
      {
        name: STORE,
        kind: 'dynamodb',
        home: 'eu',
        regions: { eu: [table.primary.url], us: [table.replica.url] },
      },
    ],
  });
  onTestFinished(() => node.shutdown());
  return { writer: connect(node.url, 'eu'), reader: connect(node.url, 'us'), consumed };
}

/** Runs `write` as a request in eu and returns its bookmark. */
async function bookmarkOf({ rv }: Side, write: () => Promise<unknown>): Promise<string> {
  const bookmark = await rv.run(undefined, async () => {
    await write();
    return rv.current();
  });
  if (bookmark === undefined) throw new Error('nothing was covered');
  return bookmark;
}

test('a read waits for the write that it depends on, and no longer', async () => {
  const { writer, reader } = await setup();
  const bookmark = await bookmarkOf(writer, () => writer.put('a', 'one'));
  const { status } = await reader.rv.wait({ bookmark, store: STORE, timeoutMs: 0 });
  expect(status).not.toBe('consistent');
  const reading = reader.rv.run(bookmark, () => reader.get('a'));
  await table.lag.resume();
  await expect(reading).resolves.toBe('one');
});

test('rule 22: a covered read is strongly consistent, so that a stale reader cannot be served', async () => {
  const { writer, reader } = await setup();
  await table.lag.resume();
  table.replica.setStaleness(3_600_000);
  const bookmark = await bookmarkOf(writer, () => writer.put('stale', 'new'));
  await expect(reader.rv.run(bookmark, () => reader.get('stale'))).resolves.toBe('new');
  // The emulation would have shown it: without a bookmark the same read is stale.
  await expect(reader.rv.run(undefined, () => reader.get('stale'))).resolves.toBeUndefined();
});

test('rule 22: so is a covered SELECT, after a statement that wrote', async () => {
  const { writer, reader } = await setup();
  await table.lag.resume();
  table.replica.setStaleness(3_600_000);
  const Parameters = [{ S: 'stated' }];
  const bookmark = await bookmarkOf(writer, () =>
    writer.db.executeStatement({ Statement: `INSERT INTO posts VALUE {'id': ?}`, Parameters }),
  );
  const select = { Statement: 'SELECT * FROM posts WHERE id = ?', Parameters };
  const { Items } = await reader.rv.run(bookmark, () => reader.db.executeStatement(select));
  expect(Items).toEqual([{ id: { S: 'stated' } }]);
  // The emulation would have shown it: without a bookmark the same statement reads nothing.
  const stale = await reader.rv.run(undefined, () => reader.db.executeStatement(select));
  expect(stale.Items).toEqual([]);
});

test('rule 14: a write that was overwritten before it arrived closes with what overwrote it', async () => {
  const { writer, reader } = await setup();
  const bookmark = await bookmarkOf(writer, () => writer.put('twice', 'one'));
  await writer.put('twice', 'two');
  const reading = reader.rv.run(bookmark, () => reader.get('twice'));
  await table.lag.resume();
  await expect(reading).resolves.toBe('two');
});

describe('a write of another region that wins over one that has not arrived yet', () => {
  /** The region us writes over what eu wrote, while neither knows of the other. */
  async function overwrite(write: (us: DynamoDB, wrapped: Side) => Promise<unknown>): Promise<{
    readonly reader: Side;
    readonly bookmark: string;
  }> {
    const { writer, reader } = await setup();
    await table.lagBack.pause();
    onTestFinished(() => table.lagBack.resume());
    const bookmark = await bookmarkOf(writer, () => writer.put('both', 'of eu'));
    const us = connectTo(table.replica.endpoint);
    onTestFinished(() => {
      us.destroy();
    });
    await write(us, reader);
    await table.lag.resume();
    // Until it has arrived in the home, eu's write may still be the last one as far as eu can tell.
    const early = reader.rv.wait({ bookmark, store: STORE, timeoutMs: 500 });
    expect((await early).status).not.toBe('consistent');
    await table.lagBack.resume();
    return { reader, bookmark };
  }

  test('rule 14: by the shim: its marker is the target; what depends on itself is unknown', async () => {
    let ofUs: string | undefined;
    const { reader, bookmark } = await overwrite(async (_, wrapped) => {
      ofUs = await bookmarkOf(wrapped, () => wrapped.put('both', 'of us'));
    });
    await expect(reader.rv.run(bookmark, () => reader.get('both'))).resolves.toBe('of us');
    await expect(
      reader.rv.wait({ bookmark: ofUs, store: STORE, timeoutMs: 0 }),
    ).resolves.toMatchObject({ status: 'unknown' });
  });

  test('rule 14: past the shim: nothing shows what came of the branch, and waits are unknown', async () => {
    const { reader, bookmark } = await overwrite((us) =>
      us.putItem({ TableName, Item: { id: { S: 'both' }, text: { S: 'of us' } } }),
    );
    await expect(reader.rv.run(bookmark, () => reader.get('both'))).rejects.toMatchObject({
      code: 'consistency_unknown',
    });
  });
});

test('rule 14: a read that depends on a delete is unknown', async () => {
  const { writer, reader } = await setup();
  await table.lag.resume();
  const put = await bookmarkOf(writer, () => writer.put('gone', 'here'));
  await expect(reader.rv.run(put, () => reader.get('gone'))).resolves.toBe('here');
  await table.lag.pause();
  const bookmark = await bookmarkOf(writer, () =>
    writer.db.deleteItem({ TableName, Key: { id: { S: 'gone' } } }),
  );
  await expect(reader.rv.run(bookmark, () => reader.get('gone'))).rejects.toMatchObject({
    code: 'consistency_unknown',
  });
});

test('rule 15: a failed condition aborts its branch', async () => {
  const { writer, reader } = await setup();
  await writer.put('taken', 'by another');
  const bookmark = await writer.rv.run(undefined, async () => {
    await writer.put('other', 'write');
    const ConditionExpression = 'attribute_not_exists(id)';
    const Item = { id: { S: 'taken' } };
    await expect(writer.db.putItem({ TableName, Item, ConditionExpression })).rejects.toMatchObject(
      { name: 'ConditionalCheckFailedException' },
    );
    return writer.rv.current();
  });
  await writer.rv.flush();
  await vi.waitFor(async () => {
    const wait = reader.rv.wait({ bookmark, store: STORE, timeoutMs: 0 });
    expect((await wait).pending).toHaveLength(1);
  });
});

test('rule 22: a global index is unknown, as its table says nothing of it', async () => {
  const { writer, reader } = await setup();
  await table.lag.resume();
  const bookmark = await bookmarkOf(writer, () =>
    writer.db.putItem({ TableName, Item: { id: { S: 'i' }, author: { S: 'me' } } }),
  );
  const query = (): Promise<unknown> =>
    reader.db.query({
      TableName,
      IndexName: 'by-author',
      KeyConditionExpression: 'author = :me',
      ExpressionAttributeValues: { ':me': { S: 'me' } },
    });
  await expect(reader.rv.run(bookmark, query)).rejects.toMatchObject({
    code: 'consistency_unknown',
  });
  await expect(reader.rv.run(undefined, query)).resolves.toBeDefined();
});

const BRANCH_COUNT = 1_000;

/** Keys that monitors have asked for so far, in both regions: no other client reads in batches. */
function countLookups(): number {
  return table.primary.counts.batchKeys + table.replica.counts.batchKeys;
}

test.each([
  { size: '1 kB', bytes: 1_000, unitsPerLookup: 1 },
  { size: '100 kB', bytes: 100_000, unitsPerLookup: 25 },
])('the monitor looks up 1,000 open branches of $size items about once each', async (load) => {
  const { writer, reader, consumed } = await setup();
  const before = countLookups();
  const text = 'x'.repeat(load.bytes);
  const ids = Array.from({ length: BRANCH_COUNT }, (_, index) => `${load.size}-${String(index)}`);
  const bookmark = await bookmarkOf(writer, async () => {
    for (let start = 0; start < ids.length; start += 25) {
      await Promise.all(ids.slice(start, start + 25).map((id) => writer.put(id, text)));
    }
  });
  await table.lag.resume();
  await expect(
    reader.rv.wait({ bookmark, store: STORE, timeoutMs: 30_000 }),
  ).resolves.toMatchObject({ status: 'consistent' });
  const lookups = (countLookups() - before) / BRANCH_COUNT;
  const units = consumed.units / BRANCH_COUNT;
  process.stdout.write(
    `DynamoDB (emulated), ${String(BRANCH_COUNT)} open branches, items of ${load.size}: ` +
      `${lookups.toFixed(2)} lookups, ${(consumed.requests / BRANCH_COUNT).toFixed(3)} requests, ` +
      `${units.toFixed(2)} read units per closed branch\n`,
  );
  expect(lookups).toBeLessThanOrEqual(1.2);
  expect(units / lookups).toBeLessThanOrEqual(load.unitsPerLookup);
});
