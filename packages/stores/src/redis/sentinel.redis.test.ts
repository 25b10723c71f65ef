import type { PositionRelation, StoreHandle } from '@rendezvous/protocol';
import type { RedisPair, RedisSentinel } from '@rendezvous/testkit';
import { startRedisPair, startRedisSentinel } from '@rendezvous/testkit';
import { Redis } from 'ioredis';
import { createSentinel } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untilReached } from '../../test/caught-up.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import { toTarget } from '../../test/replica-target.js';
import { redisPositionOrder, redisVisibility, wrapIoredis, wrapRedis } from './index.js';

// Clients that are told by a real sentinel where the primary is, through a real failover.

const offsets = redisVisibility({ strategy: 'offset' });
const { signal } = new AbortController();

function relate(positionText: string, watermarkText: string): PositionRelation | undefined {
  const position = redisPositionOrder.parse(positionText);
  const watermark = redisPositionOrder.parse(watermarkText);
  return position && watermark && redisPositionOrder.relation(position, watermark);
}

interface Client {
  set(key: string, value: string): Promise<unknown>;
  end(): Promise<unknown>;
}

type Connect = (sentinel: RedisSentinel, handle: StoreHandle) => Promise<Client>;

const connectIoredis: Connect = async ({ port, name, addressMap }, handle) => {
  const bare = new Redis({
    sentinels: [{ host: '127.0.0.1', port }],
    name,
    natMap: addressMap,
    maxRetriesPerRequest: null,
  });
  bare.on('error', () => undefined);
  const client = wrapIoredis(bare, handle);
  await client.ping();
  return { set: (key, value) => client.set(key, value), end: () => client.quit() };
};

function createBareSentinel({ port, name, addressMap }: RedisSentinel, useReplicas: boolean) {
  const bare = createSentinel({
    name,
    sentinelRootNodes: [{ host: '127.0.0.1', port }],
    nodeAddressMap: addressMap,
    masterPoolSize: 2,
    replicaPoolSize: useReplicas ? 1 : 0,
  });
  bare.on('error', () => undefined);
  return bare;
}

const connectNodeRedis: Connect = async (sentinel, handle) => {
  const client = wrapRedis(createBareSentinel(sentinel, false), handle);
  await client.connect();
  return { set: (key, value) => client.set(key, value), end: () => client.close() };
};

describe.each([
  ['ioredis', connectIoredis],
  ['node-redis', connectNodeRedis],
])('%s with a sentinel', (_, connect) => {
  it('rule 10: writes on after a failover, and what it wrote before is cut off where it was lost', async () => {
    await using pair = await startRedisPair();
    await using sentinel = await startRedisSentinel(pair);
    const handle = new RecordingHandle();
    const client = await connect(sentinel, handle);
    const lastPosition = (): string => handle.branches.at(-1)?.position ?? '';
    const replica = await offsets.connectReplica(toTarget(pair.replica.url), signal);
    await client.set('shared', '1');
    const shared = lastPosition();
    await untilReached(offsets, replica, shared);
    await pair.lag.pause();
    await client.set('lost', '1');
    const lost = lastPosition();
    await pair.primary.kill();
    await expect.poll(() => client.set('new', '1').catch(() => ''), { timeout: 30_000 }).toBe('OK');
    // The sentinel breaks all connections of a server whose role it changes.
    await replica.lost;
    const promoted = await offsets.connectReplica(toTarget(pair.replica.url), signal);
    const watermark = await promoted.readWatermark();
    expect(relate(shared, watermark)).toBe('reached');
    expect(relate(lost, watermark)).toBe('cut_off');
    expect(relate(lastPosition(), watermark)).toBe('reached');
    await promoted.shutdown();
    await client.end();
  });
});

describe('a wrapped sentinel of node-redis', () => {
  let pair: RedisPair;
  let sentinel: RedisSentinel;

  beforeAll(async () => {
    pair = await startRedisPair();
    sentinel = await startRedisSentinel(pair);
  });

  afterAll(async () => {
    await sentinel.shutdown();
    await pair.shutdown();
  });

  async function work(wrap: boolean, handle = new RecordingHandle()): Promise<unknown> {
    const bare = createBareSentinel(sentinel, false);
    const client = wrap ? wrapRedis(bare, handle) : bare;
    await client.connect();
    const lease = await client.acquire();
    const outcome = [
      await client.set('a', '1'),
      await client.get('a'),
      await client.multi().set('a', '2').get('a').exec(),
      await client.multi().set('a', '3').execAsPipeline(),
      await client.sendCommand(false, ['SET', 'a', '4']),
      await client.use((one) => one.set('a', '5')),
      await lease.watch('a'),
      await lease.multi().set('a', '6').exec(),
      await lease.get('a'),
      await client.incr('a'),
      await client.sAdd('a', 'x').catch((error: unknown) => String(error)),
    ];
    await lease.release();
    const duplicate = await client.duplicate().connect();
    outcome.push(await duplicate.set('a', '7'));
    await Promise.all([duplicate.close(), client.close()]);
    return outcome;
  }

  it('answers as the bare one does, in what it hands out too', async () => {
    const bare = await work(false);
    const handle = new RecordingHandle();
    expect(await work(true, handle)).toEqual(bare);
    expect(handle.branches).toHaveLength(8);
    expect(handle.reads.map(({ fromPrimary }) => fromPrimary)).toEqual([true, true]);
  });

  it('waits at replicas', async () => {
    const handle = new RecordingHandle();
    const client = wrapRedis(createBareSentinel(sentinel, true), handle);
    await client.connect();
    await client.get('a');
    expect(handle.reads.map(({ fromPrimary }) => fromPrimary)).toEqual([false]);
    await client.close();
  });
});
