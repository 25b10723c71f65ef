import type { Rendezvous } from '@rendezvous/client';
import { createRendezvous } from '@rendezvous/client';
import { redisClusterVisibility, wrapIoredis } from '@rendezvous/stores/redis';
import type { RedisCluster } from '@rendezvous/testkit';
import { startNode, startRedisCluster } from '@rendezvous/testkit';
import { Cluster } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';

// A writer in `eu` and a reader in `us` on a real Redis Cluster, with a real node between them: reads
// that follow a bookmark see what it covers, also after one shard has failed over.

interface Side {
  readonly rv: Rendezvous;
  readonly redis: Cluster;
}

function connect({ shards, addressMap }: RedisCluster, region: string, nodes: string): Side {
  const policy = { timeoutMs: 30_000, onUnavailable: 'throw' } as const;
  const rv = createRendezvous({ region, nodes, log: () => undefined, ...policy });
  const bare = new Cluster(
    shards.map(({ replica: { port } }) => ({ port })),
    { natMap: addressMap, scaleReads: region === 'us' ? 'slave' : 'master' },
  );
  bare.on('error', () => undefined);
  onTestFinished(async () => {
    bare.disconnect();
    await rv.shutdown();
  });
  return { rv, redis: wrapIoredis(bare, rv.store('posts')) };
}

/** Writes under a request of its own, and reads under its bookmark. */
async function writeAndRead(writer: Side, reader: Side, key: string): Promise<string | null> {
  const bookmark = await writer.rv.run(undefined, async () => {
    await writer.redis.set(key, 'written');
    return writer.rv.current();
  });
  return reader.rv.run(bookmark, () => reader.redis.get(key));
}

test('a read at a replica of any shard sees what its bookmark covers, also after a failover', async () => {
  await using cluster = await startRedisCluster();
  await using node = await startNode({
    regions: ['eu', 'us'],
    strategies: { 'redis-cluster': redisClusterVisibility() },
    stores: [
      {
        name: 'posts',
        kind: 'redis-cluster',
        home: 'eu',
        regions: { eu: [cluster.endpoint], us: [cluster.endpoint] },
      },
    ],
  });
  const writer = connect(cluster, 'eu', node.url);
  const reader = connect(cluster, 'us', node.url);
  const readAll = (name: string): Promise<(string | null)[]> =>
    Promise.all(
      Array.from({ length: 100 }, (_, index) => `${name}-${String(index)}`).map((key) =>
        writeAndRead(writer, reader, key),
      ),
    );
  const untilAnswered = (name: string): Promise<(string | null)[]> =>
    // While nobody watches the replicas, answers are unknown: never a read that misses.
    readAll(name).catch(() => untilAnswered(name));
  await cluster.lag.setDelay(20);
  expect(new Set(await untilAnswered('before'))).toEqual(new Set(['written']));
  await cluster.shards[0]?.failOver();
  expect(new Set(await untilAnswered('after'))).toEqual(new Set(['written']));
});
