import { once } from 'node:events';
import type { RedisCluster } from '@rendezvous/testkit';
import { startRedisCluster } from '@rendezvous/testkit';
import type { ClusterOptions, Redis } from 'ioredis';
import { Cluster } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis5';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  batchCases,
  callbackCases,
  commandCases,
  failureCases,
  type IoredisCase,
} from '../../test/ioredis-cases.js';
import { openLate } from '../../test/ioredis-comparison.js';
import { called, settle, settleAll } from '../../test/outcomes.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import { keysOfShards, moveSlot, slotOf } from '../../test/redis-cluster-slots.js';
import { unwrap, wrapIoredis } from './index.js';

// Every case runs twice from the same state, on a bare cluster client and on a wrapped one, and must
// come to the same. A key prefix with a hash tag brings the keys of a case to one shard.

const PREFIX = '{case}';

let cluster: RedisCluster;

beforeAll(async () => {
  cluster = await startRedisCluster();
});

afterAll(() => cluster.shutdown());

type Driver = new (startupNodes: { port: number }[], options: object) => Cluster;

function connect(options: ClusterOptions = {}, Driver: Driver = Cluster): Cluster {
  const ports = cluster.shards.map(({ replica: { port } }) => ({ port }));
  const client = new Driver(ports, { natMap: cluster.addressMap, ...options });
  client.on('error', () => undefined);
  onTestFinished(() => {
    client.disconnect();
  });
  return client;
}

async function reset(keeper: Cluster): Promise<void> {
  for (const node of keeper.nodes('master')) {
    await node.flushall();
    await node.script('FLUSH');
  }
  await keeper.mset('a', '1', 'b', '2');
  await keeper.hset('hash', { one: '1', two: '2' });
  await keeper.rpush('list', 'x', 'y', 'z');
  await keeper.zadd('zset', 1, 'p', 2, 'q');
  await keeper.sadd('set', 'm', 'n');
  await keeper.xadd('stream', '1-1', 'f', 'v');
}

/** These are about one server, and a cluster takes any; or their options are not a cluster's. */
const notOfClusters: ReadonlySet<string> = new Set([
  ...['SCAN as a stream', 'DBSIZE', 'SELECT keeps commands on their database', 'a key prefix'],
  ...['a friendly stack', 'a script that fails', 'a command that times out'],
  // Before it is ready, a cluster that is told to quit answers nothing any more, bare or wrapped.
  ...['a server that refuses', 'no offline queue', 'a command after quit()'],
  ...['a transaction without a pipeline', 'DISCARD'],
  ...['the order of callbacks', 'the order of promises'],
]);

const shared = [...commandCases, ...failureCases, ...batchCases, ...callbackCases].filter(
  ([title]) => !notOfClusters.has(title),
);

type ClusterCase = readonly [
  title: string,
  run: (client: Cluster, keeper: Cluster) => Promise<unknown>,
  options?: ClusterOptions | undefined,
];

const tag = { keyPrefix: PREFIX };

const ofClusters: readonly ClusterCase[] = [
  [
    'keys of several shards',
    (c) => Promise.all(['x', 'y', 'z', 'q'].map((key) => c.set(key, key))),
  ],
  ['keys of two shards in one command', (c) => settle(c.mset('x', '1', 'y', '2'))],
  [
    'keys of two shards in one pipeline',
    (c) => settle(c.pipeline().set('x', 1).set('y', 2).exec()),
  ],
  ['keys of one shard in one pipeline', (c) => c.pipeline().set('{x}1', 1).get('{x}2').exec()],
  [
    'automatic pipelines to several shards',
    (c) => Promise.all(['x', 'y', 'z', 'q'].map((key) => c.set(key, key))),
    { enableAutoPipelining: true },
  ],
  [
    'the order of commands to one shard',
    async (c) => {
      const order: string[] = [];
      const note = (what: string) => (): void => {
        order.push(what);
      };
      await Promise.all([
        c.set('a', '1').then(note('set')),
        c.get('a').then(note('get')),
        c.incr('list').catch(note('failure')),
        c.mget('a', 'b').then(note('mget')),
        c.del('a').then(note('del')),
      ]);
      return order;
    },
    tag,
  ],
  ['commands before the cluster is known', (c) => settleAll(c.set('a', '1'), c.get('a')), tag],
  [
    'a lazy connection',
    (c) => settleAll(c.set('a', '1'), c.get('a')),
    { ...tag, lazyConnect: true },
  ],
  ['a callback', (c) => called((callback) => c.get('{case}a', callback))],
  ['CLUSTER KEYSLOT', (c) => c.cluster('KEYSLOT', 'a')],
  [
    'nodes by their role',
    async (c) => {
      await once(c, 'ready');
      return [c.nodes().length, c.nodes('master').length, c.nodes('slave').length];
    },
  ],
  [
    'a subscription',
    async (c, keeper) => {
      const message = once(c, 'message');
      const count = await c.subscribe('news');
      await keeper.publish('news', 'hello');
      return [count, await message, await c.get('{case}a'), await c.unsubscribe()];
    },
  ],
  [
    'commands after quit()',
    async (c) => {
      await c.set('a', '1');
      return settleAll(c.quit(), c.get('a'), c.set('a', '1'));
    },
  ],
  [
    'events up to quit()',
    async (c) => {
      const events: unknown[] = [];
      for (const name of ['connect', 'ready', 'close', 'end']) c.on(name, () => events.push(name));
      await c.set('a', '1');
      const ended = once(c, 'end');
      events.push(await c.quit());
      await ended;
      return events;
    },
  ],
  [
    'duplicate()',
    async (c) => {
      const other = c.duplicate();
      const result = await other.get('{case}a');
      await other.quit();
      return [other.constructor === c.constructor, result];
    },
  ],
];

async function runOn([, run, options]: ClusterCase, Driver: Driver, wrap: boolean) {
  const keeper = connect(tag);
  await once(keeper, 'ready');
  await reset(keeper);
  const bare = connect(options, Driver);
  const client = wrap ? wrapIoredis(bare, new RecordingHandle({ afterWrite: openLate })) : bare;
  const outcome = await run(client, keeper);
  bare.disconnect();
  keeper.disconnect();
  return outcome;
}

describe.each([
  ['ioredis 6', Cluster],
  ['ioredis 5', Cluster5 as unknown as Driver],
])('a wrapped cluster client of %s is the client', (_, Driver) => {
  const compare = async (testCase: ClusterCase): Promise<void> => {
    const bare = await runOn(testCase, Driver, false);
    expect(await runOn(testCase, Driver, true)).toEqual(bare);
  };

  it.each(shared.map((testCase) => ({ title: testCase[0], testCase })))(
    '$title',
    ({ testCase: [title, run, options] }: { testCase: IoredisCase }) =>
      compare([
        title,
        (client, keeper) => run(client as unknown as Redis, keeper as unknown as Redis),
        { ...tag, ...options },
      ]),
  );

  it.each(ofClusters.map((testCase) => ({ title: testCase[0], testCase })))(
    '$title',
    ({ testCase }) => compare(testCase),
  );
});

function isReadOnly({ options }: Redis): boolean {
  return options.readOnly === true;
}

describe('a wrapped cluster client', () => {
  function wrapped(options: ClusterOptions = {}) {
    const handle = new RecordingHandle();
    return { handle, client: wrapIoredis(connect(options), handle) };
  }

  it('is an instance of the same class, and its duplicates are wrapped', async () => {
    const { client, handle } = wrapped();
    expect(client).toBeInstanceOf(Cluster);
    expect(unwrap(client)).not.toBe(client);
    const other = client.duplicate();
    await other.set('a', '1');
    expect(handle.branches).toHaveLength(1);
    await other.quit();
  });

  it('opens a branch at the shard of each write, also of one that waited for the cluster', async () => {
    const { client, handle } = wrapped({ lazyConnect: true });
    const keys = keysOfShards(cluster);
    await Promise.all(keys.map((key) => client.set(key, '1')));
    const replids = handle.branches.map(({ position }) => position?.split(':')[0]);
    expect(new Set(replids).size).toBe(cluster.shards.length);
    expect(replids).not.toContain(undefined);
  });

  it('publishes nothing', async () => {
    const { client } = wrapped();
    await client.ping();
    const [node] = client.nodes('master');
    await node?.psubscribe('*');
    const heard: unknown[] = [];
    node?.on('pmessage', (...given: unknown[]) => heard.push(given));
    await Promise.all(keysOfShards(cluster).map((key) => client.set(key, '1')));
    await client.publish('last', 'x');
    await expect.poll(() => heard).toHaveLength(1);
  });

  it('does not wait for a key at its primary, and waits for what names no key', async () => {
    const { client, handle } = wrapped();
    await client.get('a');
    await client.keys('*');
    await client.pipeline().get('a').exec();
    expect(handle.reads.map(({ fromPrimary }) => fromPrimary)).toEqual([true, false, true]);
  });

  it.each<readonly [string, ClusterOptions]>([
    ['that the driver picks', { scaleReads: 'slave' }],
    ['that are picked', { scaleReads: (nodes: Redis[]) => nodes.filter(isReadOnly) }],
  ])('waits at replicas %s', async (_, options) => {
    const { client, handle } = wrapped(options);
    await client.get('a');
    await client.set('a', '1');
    await client.get('a');
    expect(handle.recorded.map(({ kind, fromPrimary }) => [kind, fromPrimary])).toEqual([
      ['read', false],
      ['branch', undefined],
      ['read', false],
    ]);
  });

  it('follows a slot to another shard: MOVED, and ASK on the way', async () => {
    // The driver forgets its address map where a pipeline is redirected: past the proxies, then.
    const { client, handle } = wrapped({ natMap: {} });
    const [key = '', otherKey = ''] = keysOfShards(cluster);
    await client.set(key, 'before');
    const positionOfOther = async (): Promise<string | undefined> => {
      await client.set(otherKey, 'x');
      return handle.branches.at(-1)?.position?.split(':')[0];
    };
    await moveSlot(cluster, slotOf(key), 0, 1, async () => {
      expect(await client.get(`{${key}}absent`)).toBeNull();
      await client.set(`{${key}}new`, 'asked');
      expect(await client.get(`{${key}}new`)).toBe('asked');
      expect(await client.pipeline().set(`{${key}}two`, '1').exec()).toEqual([[null, 'OK']]);
      const [, , last] = handle.branches;
      expect(last?.position?.split(':')[0]).toBe(await positionOfOther());
    });
    const before = handle.branches.length;
    await client.set(key, 'moved');
    expect(handle.branches).toHaveLength(before + 1);
    expect(handle.branches.at(-1)?.position?.split(':')[0]).toBe(await positionOfOther());
    await moveSlot(cluster, slotOf(key), 1, 0);
  });
});
