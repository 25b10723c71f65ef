import type { RedisCluster, RedisPair } from '@rendezvous/testkit';
import { startRedisCluster, startRedisPair } from '@rendezvous/testkit';
import { createClient, createClientPool, createCluster, RESP_TYPES } from 'redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openLate } from '../../test/ioredis-comparison.js';
import type { NodeRedisCase, NodeRedisTestClient } from '../../test/node-redis-cases.js';
import {
  batchCases,
  commandCases,
  createTestClient,
  failureCases,
  scripts,
} from '../../test/node-redis-cases.js';
import { settle } from '../../test/outcomes.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import { keysOfShards, moveSlot, slotOf } from '../../test/redis-cluster-slots.js';
import { unwrap, wrapRedis } from './index.js';

// Pools and clusters of node-redis against their bare selves, as in node-redis-shim.redis.test.ts.

let pair: RedisPair;
let cluster: RedisCluster;
let keeper: NodeRedisTestClient;

beforeAll(async () => {
  [pair, cluster] = await Promise.all([startRedisPair(), startRedisCluster()]);
  keeper = createTestClient({ url: pair.primary.url });
  await keeper.connect();
});

afterAll(async () => {
  await keeper.close();
  await Promise.all([pair.shutdown(), cluster.shutdown()]);
});

type Seeder = Pick<
  NodeRedisTestClient,
  'mSet' | 'hSet' | 'rPush' | 'zAdd' | 'sAdd' | 'xAdd' | 'set'
>;

async function seed(client: Seeder): Promise<void> {
  await client.mSet({ a: '1', b: '2' });
  await client.hSet('hash', { one: '1', two: '2' });
  await client.rPush('list', ['x', 'y', 'z']);
  await client.zAdd('zset', { score: 1, value: 'p' });
  await client.sAdd('set', ['m', 'n']);
  await client.xAdd('stream', '1-1', { f: 'v' });
}

/** What only a single connection has, and a pool or cluster has not. */
const notOfGroups: ReadonlySet<string> = new Set([
  ...['legacy()', 'SELECT keeps commands on their database', 'a watched key that changed'],
  ...['commands after close()', 'commands after destroy()'],
  ...['SCAN page by page', 'HSCAN page by page'],
  // Several connections answer in any order.
  ...['the order of promises', 'the order of transactions'],
]);

const shared = [...commandCases, ...failureCases, ...batchCases].filter(
  ([title]) => !notOfGroups.has(title),
);

/** Commands without a key go to any server of a cluster, whose errors and order differ. */
const notOfClusters: ReadonlySet<string> = new Set([
  ...['sendCommand()', 'sendCommand() with odd case', 'sendCommand() with bytes'],
  ...['a wrong number of arguments', 'an unknown command', 'a syntax error', 'asap()', 'a signal'],
  ...['a script that fails', 'an aborted signal', 'a transaction that is aborted'],
  'DBSIZE',
]);

function createPool(options: object) {
  const pool = createClientPool({ url: pair.primary.url, ...options, scripts });
  pool.on('error', () => undefined);
  return pool;
}

function createBareCluster(options: object = {}) {
  const bare = createCluster({
    rootNodes: cluster.shards.map(({ replica: { url } }) => ({ url })),
    nodeAddressMap: cluster.addressMap,
    ...options,
    scripts,
  });
  bare.on('error', () => undefined);
  return bare;
}

const handleOf = (): RecordingHandle => new RecordingHandle({ afterWrite: openLate });

async function runOnPool([, run, options]: NodeRedisCase, wrap: boolean): Promise<unknown> {
  await keeper.flushAll();
  await keeper.scriptFlush();
  await seed(keeper);
  const bare = createPool(options ?? {});
  const client = wrap ? wrapRedis(bare, handleOf()) : bare;
  await client.connect();
  try {
    return await run(client as never, keeper);
  } finally {
    bare.destroy();
  }
}

async function runOnCluster([, run, options]: NodeRedisCase, wrap: boolean): Promise<unknown> {
  const bare = createBareCluster({ ...options, keyPrefix: '{case}' });
  const client = wrap ? wrapRedis(bare, handleOf()) : bare;
  await bare.connect();
  try {
    for (const master of bare.masters) await (await bare.nodeClient(master)).flushAll();
    await seed(bare);
    return await run(client as never, keeper);
  } finally {
    bare.destroy();
  }
}

const toRows = (cases: readonly NodeRedisCase[]) =>
  cases.map((testCase) => ({ title: testCase[0], testCase }));

describe('a wrapped pool is the pool', () => {
  it.each(toRows(shared))('$title', async ({ testCase }) => {
    const bare = await runOnPool(testCase, false);
    expect(await runOnPool(testCase, true)).toEqual(bare);
  });
});

describe('a wrapped cluster client is the client', () => {
  const cases = shared.filter(([title]) => !notOfClusters.has(title));
  it.each(toRows(cases))('$title', async ({ testCase }) => {
    const bare = await runOnCluster(testCase, false);
    expect(await runOnCluster(testCase, true)).toEqual(bare);
  });
});

describe('a wrapped pool', () => {
  it('opens branches and waits, in what it hands out too', async () => {
    const handle = new RecordingHandle();
    const pool = wrapRedis(createPool({}), handle);
    expect(await pool.connect()).toBe(pool);
    await pool.set('a', '1');
    await pool.execute((client) => client.set('a', '2'));
    await pool.multi().set('a', '3').exec();
    await pool.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }).set('a', '4');
    expect(handle.branches).toHaveLength(4);
    await pool.get('a');
    expect(handle.reads.map(({ fromPrimary }) => fromPrimary)).toEqual([true]);
    await pool.close();
  });

  it('is what a wrapped client makes', async () => {
    const handle = new RecordingHandle();
    const client = wrapRedis(createClient({ url: pair.primary.url }), handle);
    const pool = client.createPool();
    await pool.connect();
    await pool.set('a', '1');
    expect(handle.branches).toHaveLength(1);
    await pool.close();
  });

  it('waits at a replica', async () => {
    const handle = new RecordingHandle();
    const pool = wrapRedis(createPool({ url: pair.replica.url }), handle);
    await pool.connect();
    await pool.get('a');
    expect(handle.reads.map(({ fromPrimary }) => fromPrimary)).toEqual([false]);
    await pool.close();
  });
});

describe('a wrapped cluster client', () => {
  async function setup(options: object = {}) {
    const handle = new RecordingHandle();
    const bare = createBareCluster(options);
    const client = await wrapRedis(bare, handle).connect();
    onTestFinished(() => {
      bare.destroy();
    });
    return { bare, client, handle };
  }

  it('is its own class, and what it hands out is wrapped', async () => {
    const { bare, client, handle } = await setup();
    expect(unwrap(client)).toBe(bare);
    expect(Object.getPrototypeOf(client)).toBe(Object.getPrototypeOf(bare));
    const [key = ''] = keysOfShards(cluster);
    const node = await client.getNodeClientForKey(key, false);
    await node.set(key, '1');
    const other = await client.duplicate().connect();
    await other.set(key, '2');
    expect(handle.branches).toHaveLength(2);
    await other.close();
  });

  it('opens a branch at each shard that a command touches', async () => {
    const { client, handle } = await setup();
    await client.mSet(keysOfShards(cluster).map((key): [string, string] => [key, '1']));
    const replids = handle.branches.map(({ position }) => position?.split(':')[0]);
    expect(new Set(replids).size).toBe(cluster.shards.length);
  });

  it('does not wait for a key at its primary, and waits for what names no key', async () => {
    const { client, handle } = await setup();
    await client.get('a');
    await client.keys('*');
    const [first, ...others] = handle.reads.map(({ fromPrimary }) => fromPrimary);
    expect([first, new Set(others)]).toEqual([true, new Set([false])]);
  });

  it('waits at replicas', async () => {
    const { client, handle } = await setup({ useReplicas: true });
    for (let index = 0; index < 4; index += 1) await client.get('a');
    expect(handle.reads.map(({ fromPrimary }) => fromPrimary)).toContain(false);
  });

  it('follows a slot to another shard: MOVED, and ASK on the way', async () => {
    const { client, handle } = await setup();
    const [key = '', otherKey = ''] = keysOfShards(cluster);
    await client.set(key, 'before');
    const lineageOf = (index: number): string | undefined =>
      handle.branches.at(index)?.position?.split(':')[0];
    await moveSlot(cluster, slotOf(key), 0, 1, async () => {
      await client.set(otherKey, 'x');
      expect(await client.get(`{${key}}absent`)).toBeNull();
      await client.set(`{${key}}new`, 'asked');
      expect(await client.get(`{${key}}new`)).toBe('asked');
      expect(await settle(client.multi().set(`{${key}}two`, '1').exec())).toBeDefined();
      expect(lineageOf(2)).toBe(lineageOf(1));
    });
    await client.set(key, 'moved');
    expect(lineageOf(-1)).toBe(lineageOf(1));
    await moveSlot(cluster, slotOf(key), 1, 0);
  });
});
