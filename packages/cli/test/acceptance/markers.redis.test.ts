import type { Rendezvous, WaitResult } from '@rendezvous/client';
import { createRendezvous } from '@rendezvous/client';
import { connect as connectTo } from '@rendezvous/client/session';
import type { StatusAnswer } from '@rendezvous/protocol';
import type { Monitor, Server, ServerOptions } from '@rendezvous/server';
import { createEmbeddedJournal, createMonitor } from '@rendezvous/server';
import type { RedisPair } from '@rendezvous/testkit';
import { startNode, startRedisPair } from '@rendezvous/testkit';
import { Redis } from 'ioredis';
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
import { createTemporaryFolder } from '../temporary-folder.js';
import { LostAcknowledgement, MarkedRecords, markerVisibility } from './marker-store.js';

// The whole path of a store without positions, all of it real: the SDK writes, a node keeps the
// branches, a monitor finds the markers at a replica whose replication the test holds and releases.

let pair: RedisPair;
let raw: Redis;

beforeAll(async () => {
  pair = await startRedisPair();
  raw = new Redis(pair.primary.url);
});

afterAll(async () => {
  await raw.quit();
  await pair.shutdown();
});

beforeEach(async () => {
  await raw.flushall();
  await raw.wait(1, 10_000);
  await pair.lag.pause();
  return () => pair.lag.resume();
});

const STORE = 'photos';

/** The node of both regions, in which `us` reads the replica. */
function nodeOptions(fields: Partial<ServerOptions> = {}): ServerOptions {
  const regions = { eu: [pair.primary.url], us: [pair.replica.url] };
  return {
    regions: ['eu', 'us'],
    strategies: { marked: markerVisibility() },
    stores: [{ name: STORE, kind: 'marked', home: 'eu', regions }],
    ...fields,
  };
}

async function startWith(fields: Partial<ServerOptions> = {}): Promise<Server> {
  const node = await startNode(nodeOptions(fields));
  onTestFinished(() => node.shutdown());
  return node;
}

interface Side {
  readonly rv: Rendezvous;
  readonly records: MarkedRecords;
}

function connect(nodes: string, region: 'eu' | 'us'): Side {
  const { primary, replica } = pair;
  const redis = new Redis((region === 'eu' ? primary : replica).url);
  const rv = createRendezvous({
    region,
    nodes,
    log: () => undefined,
    openTimeoutMs: 10_000,
    timeoutMs: 30_000,
    onUnavailable: 'throw',
  });
  onTestFinished(async () => {
    redis.disconnect();
    await rv.shutdown();
  });
  return { rv, records: new MarkedRecords(redis, rv.store(STORE), region === 'eu') };
}

/** Runs `write` as a request in eu and returns its bookmark, also when the write fails. */
async function bookmarkOf(
  { rv, records }: Side,
  write: (records: MarkedRecords) => Promise<unknown>,
): Promise<string | undefined> {
  return rv.run(undefined, async () => {
    await write(records).catch((error: unknown) => {
      if (!(error instanceof LostAcknowledgement)) throw error;
    });
    return rv.current();
  });
}

function wait({ rv }: Side, bookmark: string | undefined, timeoutMs: number): Promise<WaitResult> {
  if (bookmark === undefined) throw new Error('nothing to wait for');
  return rv.wait({ bookmark, store: STORE, timeoutMs });
}

/** `us` can be answered for. */
async function untilWatched(reader: Side, writer: Side): Promise<void> {
  const bookmark = await bookmarkOf(writer, (records) => records.put('watched', ''));
  await vi.waitFor(async () => expect(await wait(reader, bookmark, 0)).toMatchObject(OPEN), {
    timeout: 15_000,
    interval: 5,
  });
}

async function setup(fields: Partial<ServerOptions> = {}) {
  const node = await startWith(fields);
  const writer = connect(node.url, 'eu');
  const reader = connect(node.url, 'us');
  await untilWatched(reader, writer);
  return { node, writer, reader };
}

const OPEN = { status: 'timed_out', pending: [{ reason: 'open' }] };
const NO_TRACE = { status: 'unknown', pending: [{ reason: 'no_trace' }] };
const CONSISTENT = { status: 'consistent' };
/** A wait for what comes once the lease and the node's 5 s on top are over. */
const LEASE_PATIENCE_MS = 30_000;
const lose = (): Promise<never> => Promise.reject(new LostAcknowledgement('the connection broke'));

test('a read sees the write that its bookmark covers, once it has been replicated', async () => {
  const { writer, reader } = await setup();
  const bookmark = await bookmarkOf(writer, (records) => records.put('a', 'new'));
  expect(await wait(reader, bookmark, 0)).toMatchObject(OPEN);
  const reading = reader.rv.run(bookmark, () => reader.records.get('a'));
  const blocked = wait(reader, bookmark, 30_000);
  await pair.lag.resume();
  expect(await blocked).toMatchObject({ ...CONSISTENT, prevented: true });
  expect(await reading).toBe('new');
});

test('an overwritten write is seen with the one that overwrote it, whoever wrote that', async () => {
  const { writer, reader } = await setup();
  const first = await bookmarkOf(writer, (records) => records.put('a', 'first'));
  const second = await bookmarkOf(writer, (records) => records.put('a', 'second'));
  const other = await bookmarkOf(writer, (records) => records.put('b', 'first'));
  await raw.hset('b', { text: 'foreign', rv_bid: 'foreign' });
  for (const bookmark of [first, second, other]) {
    expect(await wait(reader, bookmark, 0)).toMatchObject(OPEN);
  }
  await pair.lag.resume();
  for (const bookmark of [first, second, other]) {
    expect(await wait(reader, bookmark, 30_000)).toMatchObject(CONSISTENT);
  }
  const read = (key: string) => reader.rv.run(other, () => reader.records.get(key));
  expect(await Promise.all([read('a'), read('b')])).toEqual(['second', 'foreign']);
});

test('what is deleted, or overwritten without a marker, answers unknown', async () => {
  const { writer, reader } = await setup();
  await bookmarkOf(writer, (records) => records.put('a', 'old'));
  const deleted = await bookmarkOf(writer, (records) => records.delete('a'));
  const unmarked = await bookmarkOf(writer, (records) => records.put('b', 'new'));
  await raw.del('b');
  await raw.hset('b', { text: 'past the shim' });
  await pair.lag.resume();
  expect(await wait(reader, deleted, 30_000)).toMatchObject(NO_TRACE);
  expect(await wait(reader, unmarked, 30_000)).toMatchObject(NO_TRACE);
});

test('a write that the store refused has no branch to wait for', async () => {
  const { writer } = await setup();
  await raw.set('a', 'no hash');
  const bookmark = writer.rv.run(undefined, async () => {
    await expect(writer.records.put('a', 'new')).rejects.toThrow('WRONGTYPE');
    return writer.rv.current();
  });
  expect(await bookmark).toBeUndefined();
});

describe('a write whose acknowledgement was lost', () => {
  test('is seen by its marker, without waiting for the end of its lease', async () => {
    const { writer, reader } = await setup();
    const bookmark = await bookmarkOf(writer, (records) =>
      records.put('a', 'new', { leaseMs: 900_000, after: lose }),
    );
    expect(await wait(reader, bookmark, 0)).toMatchObject(OPEN);
    await pair.lag.resume();
    expect(await wait(reader, bookmark, 30_000)).toMatchObject(CONSISTENT);
  });

  test('rules 15, 19: is judged by the primary after its lease: overwritten, or without a trace', async () => {
    const { writer, reader } = await setup();
    const lost = { leaseMs: 100, after: lose };
    const overwritten = await bookmarkOf(writer, (records) => records.put('a', 'new', lost));
    await raw.hset('a', { text: 'foreign', rv_bid: 'foreign' });
    const never = await bookmarkOf(writer, (records) =>
      records.put('b', 'new', { leaseMs: 100, before: lose }),
    );
    await pair.lag.resume();
    const blocked = wait(reader, overwritten, LEASE_PATIENCE_MS);
    expect(await wait(reader, overwritten, 0)).toMatchObject(OPEN);
    expect(await wait(reader, never, LEASE_PATIENCE_MS)).toMatchObject(NO_TRACE);
    expect(await blocked).toMatchObject(CONSISTENT);
  });
});

test('rule 15: a write slower than its lease is waited for by a branch of its own', async () => {
  const { node, writer, reader } = await setup();
  const bookmark = await bookmarkOf(writer, (records) =>
    records.put('a', 'new', { leaseMs: 5, before: () => outlast(10) }),
  );
  expect(await wait(reader, bookmark, 0)).toMatchObject(OPEN);
  await pair.lag.resume();
  expect(await wait(reader, bookmark, 30_000)).toMatchObject(CONSISTENT);
  expect(await branchesOpen(node)).toBe(0);
});

test('a writer that dies between its write and the confirmation leaves nothing behind', async () => {
  const { node, writer, reader } = await setup();
  const written = new Promise<void>((resolve) => {
    const after = (): Promise<void> => {
      resolve();
      return new Promise(() => undefined);
    };
    bookmarkOf(writer, (records) => records.put('a', 'new', { after })).catch(() => undefined);
  });
  await written;
  await writer.rv.shutdown();
  expect(await branchesOpen(node)).toBe(2);
  await pair.lag.resume();
  await vi.waitFor(async () => expect(await branchesOpen(node)).toBe(0), { timeout: 15_000 });
  expect(await reader.records.get('a')).toBe('new');
});

test('rule 9: with two replicas in a region, a write is visible once both show it', async () => {
  // The second one is the primary itself, so it shows everything at once.
  const regions = { eu: [pair.primary.url], us: [pair.replica.url, pair.primary.url] };
  const stores = [{ name: STORE, kind: 'marked', home: 'eu', regions }];
  const { writer, reader } = await setup({ stores });
  const bookmark = await bookmarkOf(writer, (records) => records.put('a', 'new'));
  expect(await wait(reader, bookmark, 0)).toMatchObject(OPEN);
  await pair.lag.resume();
  expect(await wait(reader, bookmark, 30_000)).toMatchObject(CONSISTENT);
});

test('rule 13: a monitor that starts anew, apart from the node, finds what came meanwhile', async () => {
  const node = await startWith({ monitors: 'none' });
  const monitor = startMonitor(node);
  const writer = connect(node.url, 'eu');
  const reader = connect(node.url, 'us');
  await untilWatched(reader, writer);
  await monitor.shutdown();
  const bookmark = await bookmarkOf(writer, (records) => records.put('a', 'new'));
  await pair.lag.resume();
  expect(await wait(reader, bookmark, 0)).toMatchObject({ status: 'timed_out' });
  startMonitor(node);
  expect(await wait(reader, bookmark, 30_000)).toMatchObject(CONSISTENT);
});

test('rule 21: a replica that comes back without its data is answered for by unknown', async () => {
  const { writer, reader } = await setup();
  const bookmark = await bookmarkOf(writer, (records) => records.put('a', 'new'));
  await pair.lag.resume();
  expect(await wait(reader, bookmark, 30_000)).toMatchObject(CONSISTENT);
  await pair.replica.kill();
  pair.link.pause('toClient');
  await pair.replica.start();
  expect(await wait(reader, bookmark, 30_000)).toMatchObject({
    status: 'unknown',
    pending: [{ reason: 'given_up' }],
  });
  await pair.lag.resume();
  await raw.set('transferred', '');
  await raw.wait(1, 30_000);
  const later = await bookmarkOf(writer, (records) => records.put('a', 'newer'));
  expect(await wait(reader, later, 30_000)).toMatchObject(CONSISTENT);
});

test('promise 2: branches and their leases outlive the node', async () => {
  const directory = await createTemporaryFolder({});
  const journal = () => createEmbeddedJournal({ directory });
  const { node, writer, reader } = await setup({ journal: await journal() });
  const confirmed = await bookmarkOf(writer, (records) => records.put('a', 'new'));
  const lost = await bookmarkOf(writer, (records) =>
    records.put('b', 'new', { leaseMs: 100, before: lose }),
  );
  await node.shutdown();
  await startWith({ journal: await journal(), port: node.port });
  await vi.waitFor(async () => expect(await wait(reader, confirmed, 0)).toMatchObject(OPEN), {
    timeout: 15_000,
  });
  await pair.lag.resume();
  expect(await wait(reader, confirmed, 30_000)).toMatchObject(CONSISTENT);
  expect(await wait(reader, lost, LEASE_PATIENCE_MS)).toMatchObject(NO_TRACE);
});

test('two nodes: a confirmation reaches the other region, and an overwritten write closes there', async () => {
  const us = await startWith({ regions: ['us'] });
  const eu = await startWith({ regions: ['eu'], peers: [{ name: 'us', endpoint: us.url }] });
  await us.shutdown();
  await startWith({ regions: ['us'], port: us.port, peers: [{ name: 'eu', endpoint: eu.url }] });
  const [writer, reader] = [connect(eu.url, 'eu'), connect(us.url, 'us')];
  await untilWatched(reader, writer);
  const bookmark = await bookmarkOf(writer, (records) =>
    records.put('a', 'new', { leaseMs: 900_000 }),
  );
  await raw.hset('a', { text: 'foreign', rv_bid: 'foreign' });
  await pair.lag.resume();
  expect(await wait(reader, bookmark, 30_000)).toMatchObject(CONSISTENT);
});

function startMonitor(node: Server): Monitor {
  const monitor = createMonitor({
    endpoint: node.url,
    store: STORE,
    region: 'us',
    replicas: [{ name: 'us-1', endpoint: pair.replica.url }],
    primary: pair.primary.url,
    strategy: markerVisibility(),
  });
  onTestFinished(() => monitor.shutdown());
  return monitor;
}

async function branchesOpen(node: Server): Promise<number> {
  const connection = await connectTo({
    endpoint: node.url,
    namespace: 'default',
    role: 'admin',
    region: 'eu',
    agent: 'test',
  });
  const status = (await connection.request({ kind: 'status' })) as StatusAnswer;
  connection.shutdown();
  return status.regions.reduce((sum, region) => sum + region.branchesOpen, 0);
}

/** Resolves once this much time is over, on the clock that leases are told by. */
async function outlast(ms: number): Promise<void> {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, ms));
}
