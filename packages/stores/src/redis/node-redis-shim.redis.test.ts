import type { RedisPair } from '@rendezvous/testkit';
import { startRedisPair } from '@rendezvous/testkit';
import { createClient, RESP_TYPES } from 'redis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLate } from '../../test/ioredis-comparison.js';
import type { NodeRedisCase, NodeRedisTestClient } from '../../test/node-redis-cases.js';
import {
  batchCases,
  commandCases,
  connectionCases,
  createTestClient,
  failureCases,
} from '../../test/node-redis-cases.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import type { NodeRedisLike } from './index.js';
import { unwrap, wrapRedis } from './index.js';

// Every case runs twice from the same state, on a bare client and on a wrapped one, and must come to
// the same: results in every field and of the same class, errors in every field, promises and events
// in the same order.

let pair: RedisPair;
let keeper: NodeRedisTestClient;

function create(options: object = {}): NodeRedisTestClient {
  return createTestClient({ url: pair.primary.url, ...options });
}

beforeAll(async () => {
  pair = await startRedisPair();
  keeper = create();
  await keeper.connect();
});

afterAll(async () => {
  await keeper.close();
  await pair.shutdown();
});

async function reset(): Promise<void> {
  await keeper.flushAll();
  await keeper.scriptFlush();
  await keeper.mSet({ a: '1', b: '2' });
  await keeper.hSet('hash', { one: '1', two: '2' });
  await keeper.rPush('list', ['x', 'y', 'z']);
  await keeper.zAdd('zset', [
    { score: 1, value: 'p' },
    { score: 2, value: 'q' },
  ]);
  await keeper.sAdd('set', ['m', 'n']);
  await keeper.xAdd('stream', '1-1', { f: 'v' });
}

async function runOn([, run, options]: NodeRedisCase, wrap: boolean): Promise<unknown> {
  await reset();
  const bare = create(options);
  const client = wrap ? wrapRedis(bare, new RecordingHandle({ afterWrite: openLate })) : bare;
  await client.connect();
  try {
    return await run(client, keeper);
  } finally {
    if (bare.isOpen) bare.destroy();
  }
}

describe('a wrapped client is the client', () => {
  const cases = [...commandCases, ...failureCases, ...batchCases, ...connectionCases];
  it.each(cases.map((testCase) => ({ title: testCase[0], testCase })))(
    '$title',
    async ({ testCase }) => {
      const bare = await runOn(testCase, false);
      const wrapped = await runOn(testCase, true);
      expect(wrapped).toEqual(bare);
    },
  );
});

describe('wrapRedis', () => {
  beforeEach(reset);

  it('gives an instance of the same class, with its properties', async () => {
    const bare = create();
    const client = wrapRedis(bare, new RecordingHandle());
    expect(Object.getPrototypeOf(client)).toBe(Object.getPrototypeOf(bare));
    expect(unwrap(client)).toBe(bare);
    expect(await client.connect()).toBe(client);
    expect([client.isOpen, client.isReady, client.options]).toEqual([true, true, bare.options]);
    await client.close();
    expect(bare.isOpen).toBe(false);
  });

  it('wraps duplicates, and the client with other options', async () => {
    const handle = new RecordingHandle();
    const client = await wrapRedis(create(), handle).connect();
    const other = await client.duplicate().connect();
    await other.set('a', '1');
    await client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }).set('a', '2');
    expect(handle.branches).toHaveLength(2);
    await Promise.all([client.close(), other.close()]);
  });

  it('refuses what it cannot wrap', () => {
    const handle = new RecordingHandle();
    const wrapped = wrapRedis(create(), handle);
    const cached = createClient({ RESP: 3, clientSideCache: { ttl: 0 } });
    for (const client of [cached, wrapped, {} as unknown]) {
      expect(() => wrapRedis(client as NodeRedisLike, handle)).toThrow('[config_invalid]');
    }
  });
});
