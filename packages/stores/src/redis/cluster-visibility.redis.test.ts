import { setTimeout as sleep } from 'node:timers/promises';
import type { PositionRelation, ReplicaConnection } from '@rendezvous/protocol';
import type { RedisCluster } from '@rendezvous/testkit';
import { startRedisCluster, startRedisPair } from '@rendezvous/testkit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { untilReached } from '../../test/caught-up.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import type { ConnectCluster, TestClusterClient } from '../../test/redis-cluster-clients.js';
import {
  connectBareCluster,
  connectIoredisCluster,
  connectNodeRedisCluster,
} from '../../test/redis-cluster-clients.js';
import { keysOfShards, moveSlot, slotOf } from '../../test/redis-cluster-slots.js';
import { toTarget } from '../../test/replica-target.js';
import { redisClusterVisibility, redisPositionOrder, redisVisibility } from './index.js';

// Wrapped cluster clients and the monitor against each other, on a real cluster: a position that a
// shim takes at one shard, and what the monitor makes of it, must mean what they say.

const CONNECTIONS = 8;
const WRITES = 150;

let cluster: RedisCluster;
const strategy = redisClusterVisibility();
const { signal } = new AbortController();

beforeAll(async () => {
  cluster = await startRedisCluster();
});

afterAll(() => cluster.shutdown());

interface Writer {
  readonly client: TestClusterClient;
  readonly handle: RecordingHandle;
  readonly lastPosition: () => string;
}

async function connectWriter(
  target: RedisCluster,
  connect: ConnectCluster = connectIoredisCluster,
): Promise<Writer> {
  const handle = new RecordingHandle();
  const client = await connect(target, handle);
  return { client, handle, lastPosition: () => handle.branches.at(-1)?.position ?? '' };
}

async function watch(endpoint: string): Promise<ReplicaConnection> {
  const replica = await strategy.connectReplica(toTarget(endpoint), signal);
  onTestFinished(() => replica.shutdown());
  return replica;
}

function relate(positionText: string, watermarkText: string): PositionRelation | undefined {
  const position = redisPositionOrder.parse(positionText);
  const watermark = redisPositionOrder.parse(watermarkText);
  return position && watermark && redisPositionOrder.relation(position, watermark);
}

const kinds = ['set', 'pipeline', 'transaction', 'script'] as const;

/** Writes and reads at replicas, and counts the reads that missed: at once, and after the wait. */
async function hammer(name: string, connect: ConnectCluster) {
  const misses = { atOnce: 0, afterWait: 0, reads: 0 };
  const work = async (worker: number): Promise<void> => {
    const writer = await connectWriter(cluster, connect);
    const reader = connectBareCluster(cluster, { readsReplicas: true });
    const replica = await watch(cluster.endpoint);
    for (let index = 0; index < WRITES; index += 1) {
      const key = `${name}-${String(worker)}-${String(index)}`;
      await writer.client[kinds[index % kinds.length] ?? 'set'](key, '1');
      if ((await reader.exists(key)) === 0) misses.atOnce += 1;
      await untilReached(strategy, replica, writer.lastPosition());
      if ((await reader.exists(key)) === 0) misses.afterWait += 1;
      misses.reads += 1;
    }
    await writer.client.end();
    reader.disconnect();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, index) => work(index)));
  return misses;
}

describe.each([
  ['ioredis', connectIoredisCluster],
  ['node-redis', connectNodeRedisCluster],
])('a read at a cluster’s replica right after a branch of %s has closed', (driver, connect) => {
  it('never misses the write, while one that does not wait does', async () => {
    await cluster.lag.setDelay(5);
    const misses = await hammer(driver, connect);
    await cluster.lag.setDelay(0);
    expect(misses).toMatchObject({ afterWait: 0, reads: CONNECTIONS * WRITES });
    expect(misses.atOnce).toBeGreaterThan(0);
  });
});

describe('a shard', () => {
  it('is not judged by the progress of another', async () => {
    const [key = '', otherKey = ''] = keysOfShards(cluster);
    const [shard] = cluster.shards;
    const { client, lastPosition } = await connectWriter(cluster);
    const replica = await watch(cluster.endpoint);
    await shard?.lag.pause();
    await client.set(key, 'held');
    const held = lastPosition();
    for (let index = 0; index < 100; index += 1) await client.set(otherKey, 'x'.repeat(1_000));
    await untilReached(strategy, replica, lastPosition());
    expect(relate(held, await replica.readWatermark())).toBe('pending');
    await shard?.lag.resume();
    await untilReached(strategy, replica, held);
    await client.end();
  });

  it('rule 10: that fails over reaches what it shares, and cuts off what it has lost', async () => {
    await using own = await startRedisCluster();
    const [key = '', otherKey = ''] = keysOfShards(own);
    const [shard] = own.shards;
    const { client, lastPosition } = await connectWriter(own);
    const before = await watch(own.endpoint);
    await client.set(key, 'shared');
    const shared = lastPosition();
    await client.set(otherKey, 'elsewhere');
    const elsewhere = lastPosition();
    await untilReached(strategy, before, shared);
    await shard?.lag.pause();
    await client.set(key, 'lost');
    const lost = lastPosition();
    await shard?.failOver();
    await expect(untilRejected(before)).rejects.toMatchObject({ code: 'store_failed' });
    const after = await untilWatching(own.endpoint);
    await untilReached(strategy, after, await strategy.readPrimary(own.endpoint, signal));
    await client.set(key, 'new');
    await untilReached(strategy, after, lastPosition());
    const watermark = await after.readWatermark();
    expect(relate(shared, watermark)).toBe('reached');
    expect(relate(elsewhere, watermark)).toBe('reached');
    expect(relate(lost, watermark)).toBe('cut_off');
    expect(relate(`${elsewhere}|${lost}`, watermark)).toBe('cut_off');
    await client.end();
  });
});

describe('a cluster', () => {
  it('whose slot moves ends the watch, and the new barrier covers the keys that moved', async () => {
    const [key = ''] = keysOfShards(cluster);
    const { client } = await connectWriter(cluster);
    await client.set(key, 'moves');
    const before = await watch(cluster.endpoint);
    await before.readWatermark();
    await moveSlot(cluster, slotOf(key), 0, 1);
    await expect(untilRejected(before)).rejects.toThrow('has changed');
    const after = await untilWatching(cluster.endpoint);
    const barrier = await strategy.readPrimary(cluster.endpoint, signal);
    await untilReached(strategy, after, barrier);
    const reader = connectBareCluster(cluster, { readsReplicas: true });
    expect(await reader.get(key)).toBe('moves');
    reader.disconnect();
    await client.end();
    await moveSlot(cluster, slotOf(key), 1, 0);
  });

  it('that loses a replica is not watched until it has it back, or forgets it', async () => {
    await using own = await startRedisCluster({ shardCount: 2 });
    const [shard, other] = own.shards;
    const replica = await watch(own.endpoint);
    await replica.readWatermark();
    await shard?.replica.kill();
    await replica.lost;
    await expect(replica.readWatermark()).rejects.toMatchObject({ code: 'store_failed' });
    await expect(watch(own.endpoint)).rejects.toMatchObject({ code: 'store_failed' });
    const listed = `${own.endpoint}&replica=127.0.0.1:${String(other?.replica.port)}`;
    await expect(watch(listed)).rejects.toThrow('lists no server of the shard');
  });

  it('is watched at the replicas that are listed', async () => {
    const ports = cluster.shards.map(({ replica: { port } }) => port);
    const list = ports.map((port) => `&replica=127.0.0.1:${String(port)}`).join('');
    const replica = await watch(`${cluster.endpoint}${list}`);
    await untilReached(strategy, replica, await strategy.readPrimary(cluster.endpoint, signal));
    await expect(watch(`${cluster.endpoint}&replica=127.0.0.1:1`)).rejects.toThrow('does not know');
  });

  it('is not watched by signals, which prove nothing there', async () => {
    const url = cluster.shards[0]?.replica.url ?? '';
    const connecting = redisVisibility().connectReplica(toTarget(url), signal);
    await expect(connecting).rejects.toThrow("'redis-cluster'");
  });

  it('must be one, and be there', async () => {
    await using pair = await startRedisPair();
    const alone = `redis-cluster://127.0.0.1:${String(pair.primary.port)}`;
    for (const [endpoint, code] of [
      [alone, 'store_failed'],
      ['redis-cluster://:secret@127.0.0.1:1', 'store_failed'],
      ['redis://127.0.0.1:1', 'config_invalid'],
    ] as const) {
      await expect(watch(endpoint)).rejects.toMatchObject({ code });
      const reading = strategy.readPrimary(endpoint, signal);
      await expect(reading).rejects.toThrow(/^\[\w+\] (?!.*secret)/);
    }
  });
});

async function untilRejected(replica: ReplicaConnection): Promise<never> {
  for (;;) {
    await replica.readWatermark();
    await sleep(1);
  }
}

/** Servers take a moment to agree on a new layout; a monitor tries again, too. */
async function untilWatching(endpoint: string): Promise<ReplicaConnection> {
  for (;;) {
    try {
      const replica = await watch(endpoint);
      await replica.readWatermark();
      return replica;
    } catch {
      await sleep(10);
    }
  }
}
