import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startRedisCluster, type RedisCluster, type RedisShard } from './redis-cluster.js';

let cluster: RedisCluster;

beforeAll(async () => {
  cluster = await startRedisCluster();
});

afterAll(() => cluster.shutdown());

function connect({ shards, addressMap }: RedisCluster = cluster): Cluster {
  const client = new Cluster(
    shards.map(({ replica }) => ({ host: '127.0.0.1', port: replica.port })),
    { natMap: addressMap },
  );
  client.on('error', () => undefined);
  onTestFinished(() => {
    client.disconnect();
  });
  return client;
}

/** Reads at a replica, which sends clients to the primary unless they say that they can do with less. */
async function readAt({ replica }: RedisShard): Promise<(key: string) => Promise<string | null>> {
  const client = new Redis(replica.url);
  await client.readonly();
  onTestFinished(() => {
    client.disconnect();
  });
  return (key) => client.get(key);
}

/** A key of each shard. */
async function keysOf({ shards }: RedisCluster): Promise<readonly string[]> {
  const client = connect();
  const keys: string[] = [];
  for (const { slots } of shards) {
    for (let index = 0; ; index += 1) {
      const slot = await client.cluster('KEYSLOT', `key-${String(index)}`);
      if (slot < slots[0] || slot > slots[1]) continue;
      keys.push(`key-${String(index)}`);
      break;
    }
  }
  return keys;
}

test('a write goes to its shard, past the proxies, and from there to its replica', async () => {
  const client = connect();
  for (const [index, key] of (await keysOf(cluster)).entries()) {
    const shard = cluster.shards[index];
    if (shard === undefined) throw new Error('no shard');
    const { connections } = shard.link;
    await client.set(key, 'x');
    const read = await readAt(shard);
    while ((await read(key)) !== 'x');
    expect(shard.link.connections).toBe(connections);
  }
});

test('pause() holds one shard’s replication, and resume() releases it', async () => {
  const [key = '', otherKey = ''] = await keysOf(cluster);
  const [shard, other] = cluster.shards;
  if (shard === undefined || other === undefined) throw new Error('no shards');
  const client = connect();
  const read = await readAt(shard);
  const readOther = await readAt(other);
  await shard.lag.pause();
  await client.mset(key, 'held');
  await client.mset(otherKey, 'not held');
  while ((await readOther(otherKey)) !== 'not held');
  expect(await read(key)).not.toBe('held');
  await shard.lag.resume();
  while ((await read(key)) !== 'held');
});

test('failOver() makes a shard’s replica its primary, and the cluster goes on', async () => {
  await using own = await startRedisCluster({ shardCount: 2 });
  const [key = ''] = await keysOf(cluster);
  const [shard] = own.shards;
  await shard?.failOver();
  const client = connect(own);
  expect(await client.set(key, 'new')).toBe('OK');
});
