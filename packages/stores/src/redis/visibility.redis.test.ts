import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type {
  PositionRelation,
  ReplicaConnection,
  SignallingReplica,
  SignalStrategy,
  WatermarkStrategy,
} from '@rendezvous/protocol';
import type { RedisPair } from '@rendezvous/testkit';
import { startRedisPair } from '@rendezvous/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { untilReached } from '../../test/caught-up.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import { connectIoredis, connectIoredis5, connectNodeRedis } from '../../test/redis-clients.js';
import type { Connect, TestClient } from '../../test/redis-clients.js';
import { listenToSignals } from '../../test/redis-signals.js';
import { toTarget } from '../../test/replica-target.js';
import { redisPositionOrder, redisVisibility } from './index.js';

// The two halves of the adapter against each other, on real replication: a position or a signal that
// the shim sends, and what the monitor makes of it, must mean what they say.

const CONNECTIONS = 8;
const WRITES = 125;

let pair: RedisPair;
const signals = redisVisibility() as SignalStrategy;
const offsets = redisVisibility({ strategy: 'offset' }) as WatermarkStrategy;
const { signal } = new AbortController();

beforeAll(async () => {
  pair = await startRedisPair();
});

afterAll(() => pair.shutdown());

interface Writer {
  readonly client: TestClient;
  readonly handle: RecordingHandle;
  readonly lastPosition: () => string;
}

async function connectWriter(url: string, connect: Connect = connectIoredis): Promise<Writer> {
  const handle = new RecordingHandle();
  const client = await connect(url, handle);
  return { client, handle, lastPosition: () => handle.branches.at(-1)?.position ?? '' };
}

type Write = (client: TestClient, id: string) => Promise<unknown>;

const kinds: readonly Write[] = [
  (client, id) => client.run('SET', id, '1'),
  (client, id) => client.pipeline([['SET', id, '1'], ['PING']]),
  (client, id) => client.transaction([['SET', id, '1']]),
  (client, id) => client.run('EVAL', "return redis.call('set', KEYS[1], '1')", '1', id),
];

/** Resolves once a monitor would close the branch of the writer's last write. */
type Wait = (writer: Writer) => Promise<void>;

/** Writes and reads, and counts the reads that missed: at once, and after the wait. */
async function hammer(name: string, connect: Connect, createWait: () => Promise<Wait>) {
  const misses = { atOnce: 0, afterWait: 0, reads: 0 };
  const work = async (worker: number): Promise<void> => {
    const writer = await connectWriter(pair.primary.url, connect);
    const reader = new Redis(pair.replica.url);
    const wait = await createWait();
    for (let index = 0; index < WRITES; index += 1) {
      const id = `${name}-${String(worker)}-${String(index)}`;
      await kinds[index % kinds.length]?.(writer.client, id);
      if ((await reader.exists(id)) === 0) misses.atOnce += 1;
      await wait(writer);
      if ((await reader.exists(id)) === 0) misses.afterWait += 1;
      misses.reads += 1;
    }
    await Promise.all([writer.client.end(), reader.quit()]);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, index) => work(index)));
  return misses;
}

async function connectReplica(
  strategy: SignalStrategy | WatermarkStrategy,
  url: string,
): Promise<ReplicaConnection> {
  const replica = await strategy.connectReplica(toTarget(url), signal);
  onTestFinished(() => replica.shutdown());
  return replica;
}

async function connectSignals(url: string): Promise<SignallingReplica> {
  const replica = await signals.connectReplica(toTarget(url), signal);
  onTestFinished(() => replica.shutdown());
  return replica;
}

describe.each([
  ['ioredis', connectIoredis],
  ['ioredis 5', connectIoredis5],
  ['node-redis', connectNodeRedis],
])('a read right after a branch of %s has closed', (driver, connect) => {
  it('never misses the write, while one that does not wait does: by signals', async () => {
    await pair.lag.setDelay(5);
    const heard = await listenToSignals(await connectSignals(pair.replica.url));
    const misses = await hammer(`signal-${driver}`, connect, () =>
      Promise.resolve(({ handle }) => heard.until(handle.lastBid)),
    );
    await pair.lag.setDelay(0);
    expect(misses).toMatchObject({ afterWait: 0, reads: CONNECTIONS * WRITES });
    expect(misses.atOnce).toBeGreaterThan(0);
  });

  it('never misses the write, while one that does not wait does: by offsets', async () => {
    await pair.lag.setDelay(5);
    const misses = await hammer(`offset-${driver}`, connect, async () => {
      const replica = await connectReplica(offsets, pair.replica.url);
      return ({ lastPosition }) => untilReached(offsets, replica, lastPosition());
    });
    await pair.lag.setDelay(0);
    expect(misses).toMatchObject({ afterWait: 0, reads: CONNECTIONS * WRITES });
    expect(misses.atOnce).toBeGreaterThan(0);
  });
});

describe('signals', () => {
  it('name only bids, and only those of their store and namespace', async () => {
    const replica = await connectSignals(pair.replica.url);
    const batches: (readonly string[])[] = [];
    await replica.listen((bids) => batches.push(bids));
    const bare = new Redis(pair.primary.url);
    await bare.publish('__rendezvous:default:posts', 'no bid');
    await bare.publish('__rendezvous:default:posts', '');
    await bare.publish('__rendezvous:other:posts', '01ARZ3NDEKTSV4RRFFQ69G5FAV');
    await bare.quit();
    const { client, handle } = await connectWriter(pair.primary.url);
    await client.run('SET', 'a', '1');
    await expect.poll(() => batches.flat()).toEqual([handle.lastBid]);
    await client.end();
  });

  it('rule 13: a signal that was lost is found by the offset, once the monitor is back', async () => {
    const replica = await connectSignals(pair.replica.url);
    const heard = await listenToSignals(replica);
    const bare = new Redis(pair.replica.url);
    await bare.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await bare.quit();
    const writer = await connectWriter(pair.primary.url);
    await writer.client.run('SET', 'lost', '1');
    const untilRejected = async (): Promise<never> => {
      for (;;) await replica.readWatermark();
    };
    await expect(untilRejected()).rejects.toMatchObject({ code: 'store_failed' });
    const again = await connectSignals(pair.replica.url);
    await listenToSignals(again);
    await untilReached(signals, again, writer.lastPosition());
    expect(heard.has(writer.handle.lastBid)).toBe(false);
    await writer.client.end();
  });

  it('a write that is sent again after a reconnect is announced after it, on its connection', async () => {
    await using own = await startRedisPair();
    const heard = await listenToSignals(await connectSignals(own.replica.url));
    const writer = await connectWriter(own.primary.url);
    const keeper = new Redis(own.primary.url);
    const id = String(await writer.client.run('CLIENT', 'ID'));
    await keeper.client('PAUSE', '60000', 'WRITE');
    const writing = writer.client.run('SET', 'again', '1');
    await expect.poll(async () => String(await keeper.client('LIST'))).toContain('cmd=set');
    await keeper.client('KILL', 'ID', id);
    await keeper.client('UNPAUSE');
    await writing;
    await heard.until(writer.handle.lastBid);
    const reader = new Redis(own.replica.url);
    expect(await reader.get('again')).toBe('1');
    await untilReached(
      signals,
      await connectReplica(signals, own.replica.url),
      writer.lastPosition(),
    );
    await Promise.all([writer.client.end(), keeper.quit(), reader.quit()]);
  });
});

describe('a replica', () => {
  it('whose link is cut goes on from where it was', async () => {
    await using own = await startRedisPair();
    const replica = await connectReplica(offsets, own.replica.url);
    const writer = await connectWriter(own.primary.url);
    await own.lag.pause();
    await writer.client.run('SET', 'a', '1');
    const position = writer.lastPosition();
    expect(relate(position, await replica.readWatermark())).toBe('pending');
    await own.lag.cut();
    await own.lag.resume();
    await untilReached(offsets, replica, position);
    await writer.client.end();
  });

  it('that is rebuilt from a snapshot has its primary’s offset only when it shows its data', async () => {
    await using own = await startRedisPair();
    const replica = await connectReplica(offsets, own.replica.url);
    const writer = await connectWriter(own.primary.url);
    const reader = new Redis(own.replica.url);
    const keeper = new Redis(own.primary.url);
    await own.lag.pause();
    // More than the backlog holds: the replica cannot go on, it has to start afresh.
    await keeper.config('SET', 'repl-backlog-size', '16384');
    for (let index = 0; index < 50; index += 1) {
      await writer.client.run('SET', `big-${String(index)}`, 'x'.repeat(4_096));
    }
    const position = writer.lastPosition();
    await own.lag.cut();
    await own.lag.resume();
    for (;;) {
      const watermark = await replica.readWatermark().catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'store_failed' });
        return undefined;
      });
      if (watermark !== undefined && relate(position, watermark) === 'reached') break;
    }
    expect(await reader.exists('big-49')).toBe(1);
    expect(await keeper.info('stats')).toMatch(/sync_full:2\r/);
    await Promise.all([writer.client.end(), reader.quit(), keeper.quit()]);
  });

  it('that restarts empty is at no position of before until it has caught up', async () => {
    await using own = await startRedisPair();
    const writer = await connectWriter(own.primary.url);
    await writer.client.run('SET', 'a', '1');
    const position = writer.lastPosition();
    const before = await connectReplica(offsets, own.replica.url);
    await untilReached(offsets, before, position);
    await own.lag.pause();
    await own.replica.stop();
    await expect(before.readWatermark()).rejects.toMatchObject({ code: 'store_failed' });
    await own.replica.start();
    const after = await connectReplica(offsets, own.replica.url);
    const watermark = await after.readWatermark().catch(() => undefined);
    if (watermark !== undefined) expect(relate(position, watermark)).toBe('pending');
    await own.lag.resume();
    const reader = new Redis(own.replica.url);
    await expect
      .poll(async () => relate(position, await after.readWatermark().catch(() => '')), {
        timeout: 20_000,
      })
      .toBe('reached');
    expect(await reader.get('a')).toBe('1');
    await Promise.all([writer.client.end(), reader.quit()]);
  });
});

describe('failover', () => {
  it('rule 10: what both lineages share is reached, what the new one lacks is cut off', async () => {
    await using own = await startRedisPair();
    const writer = await connectWriter(own.primary.url);
    const replica = await connectReplica(offsets, own.replica.url);
    await writer.client.run('SET', 'shared', '1');
    const shared = writer.lastPosition();
    await untilReached(offsets, replica, shared);
    await own.lag.pause();
    await writer.client.run('SET', 'lost', '1');
    const lost = writer.lastPosition();
    await own.promote();
    const promoted = await connectWriter(own.replica.url);
    await promoted.client.run('SET', 'new', '1');
    const watermark = await replica.readWatermark();
    expect(relate(shared, watermark)).toBe('reached');
    expect(relate(lost, watermark)).toBe('cut_off');
    expect(relate(promoted.lastPosition(), watermark)).toBe('reached');
    await Promise.all([writer.client.end(), promoted.client.end()]);
  });

  it('rule 10: the old primary, as a replica of the new one, is not where it was', async () => {
    await using own = await startRedisPair();
    const writer = await connectWriter(own.primary.url);
    await own.lag.pause();
    await writer.client.run('SET', 'lost', '1');
    const lost = writer.lastPosition();
    await own.failOver();
    const replica = await connectReplica(offsets, own.primary.url);
    const promoted = await connectWriter(own.replica.url);
    await promoted.client.run('SET', 'new', '1');
    await untilReached(offsets, replica, promoted.lastPosition());
    expect(relate(lost, await replica.readWatermark())).toBe('pending');
    expect(await offsets.readPrimary(own.replica.url, signal)).toContain(':');
    await Promise.all([writer.client.end(), promoted.client.end()]);
  });
});

function relate(positionText: string, watermarkText: string): PositionRelation | undefined {
  const position = redisPositionOrder.parse(positionText);
  const watermark = redisPositionOrder.parse(watermarkText);
  return position && watermark && redisPositionOrder.relation(position, watermark);
}

describe('errors', () => {
  it('a server that refuses is store_failed, and no error tells the password', async () => {
    for (const [endpoint, code] of [
      ['redis://user:secret@127.0.0.1:1', 'store_failed'],
      [pair.replica.url.replace('//', '//user:secret@'), 'store_failed'],
      ['http://secret@127.0.0.1', 'config_invalid'],
      ['secret nonsense', 'config_invalid'],
    ] as const) {
      const error: unknown = await signals
        .connectReplica(toTarget(endpoint), signal)
        .catch((e: unknown) => e);
      expect(error).toMatchObject({ code });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret');
    }
  });

  it.each([
    ['says nothing', ''],
    ['speaks something else', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('a server that %s is store_failed', async (_, answer) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).write(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const endpoint = `redis://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const strategy = redisVisibility({ requestTimeoutMs: 50 });
    await expect(strategy.readPrimary(endpoint, signal)).rejects.toMatchObject({
      code: 'store_failed',
    });
  });
});
