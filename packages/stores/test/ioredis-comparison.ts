import type { RedisPair } from '@rendezvous/testkit';
import { startRedisPair } from '@rendezvous/testkit';
import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { wrapIoredis } from '../src/redis/index.js';
import type { IoredisCase } from './ioredis-cases.js';
import { RecordingHandle } from './recording-handle.js';

/** A server on which a bare and a wrapped client do the same from the same state. */
export interface IoredisComparison {
  readonly pair: RedisPair;
  /** A bare client beside the one that is tested. */
  readonly keeper: Redis;
  reset(): Promise<void>;
  /** Runs a case on a bare client and on a wrapped one: both come to the same. */
  compare(testCase: IoredisCase): Promise<void>;
  shutdown(): Promise<void>;
}

/** Compares clients of `Driver`: the `Redis` of one of the driver's versions. */
export async function startIoredisComparison(
  Driver: new (url: string, options: object) => Redis,
): Promise<IoredisComparison> {
  const pair = await startRedisPair();
  const keeper = new Redis(pair.primary.url);
  const reset = async (): Promise<void> => {
    await keeper.flushall();
    await keeper.script('FLUSH');
    await keeper.mset('a', '1', 'b', '2');
    await keeper.hset('hash', { one: '1', two: '2' });
    await keeper.rpush('list', 'x', 'y', 'z');
    await keeper.zadd('zset', 1, 'p', 2, 'q');
    await keeper.sadd('set', 'm', 'n');
    await keeper.xadd('stream', '1-1', 'f', 'v');
  };
  const runOn = async ([, run, options]: IoredisCase, wrap: boolean): Promise<unknown> => {
    await reset();
    const bare = new Driver(pair.primary.url, options ?? {});
    bare.on('error', () => undefined);
    const client = wrap ? wrapIoredis(bare, new RecordingHandle({ afterWrite: openLate })) : bare;
    try {
      return await run(client, keeper);
    } finally {
      bare.disconnect();
    }
  };
  return {
    pair,
    keeper,
    reset,
    compare: async (testCase) => {
      const bare = await runOn(testCase, false);
      const wrapped = await runOn(testCase, true);
      expect(wrapped).toEqual(bare);
    },
    shutdown: async () => {
      await keeper.quit();
      await pair.shutdown();
    },
  };
}

/** An open that is acknowledged after other commands have been answered. */
export function openLate(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}
