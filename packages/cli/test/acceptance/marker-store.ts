/**
 * A real store without positions, for tests: a Redis primary and its replica, each record a hash with
 * its text and, beside it, the marker of its last write. No offset, no signal: its replication is told
 * by markers alone, as that of DynamoDB or S3 is.
 */
import type { ProbedReplica, ProbeStrategy, StoreHandle } from '@rendezvous/protocol';
import { RendezvousError } from '@rendezvous/protocol';
import { Redis } from 'ioredis';

const MARKER = 'rv_bid';

/** The write that the test lets fail without telling whether it happened. */
export class LostAcknowledgement extends Error {}

export interface MarkedWriteOptions {
  readonly leaseMs?: number;
  /** Runs before the write reaches the store. */
  readonly before?: () => Promise<void>;
  /** Runs once the store has acknowledged it. */
  readonly after?: () => Promise<void>;
}

/** Records of one store, written and read through its handle. */
export class MarkedRecords {
  readonly #redis: Redis;
  readonly #handle: StoreHandle;
  readonly #isPrimary: boolean;

  constructor(redis: Redis, handle: StoreHandle, isPrimary: boolean) {
    this.#redis = redis;
    this.#handle = handle;
    this.#isPrimary = isPrimary;
  }

  put(key: string, text: string, options: MarkedWriteOptions = {}): Promise<unknown> {
    return this.#write(key, options, (bid) => this.#redis.hset(key, { text, [MARKER]: bid }));
  }

  delete(key: string): Promise<unknown> {
    return this.#write(key, {}, () => this.#redis.del(key));
  }

  get(key: string): Promise<string | null> {
    return this.#handle.read({
      keys: [Buffer.from(key)],
      fromPrimary: this.#isPrimary,
      repeatable: true,
      execute: () => this.#redis.hget(key, 'text'),
    });
  }

  #write(
    key: string,
    { leaseMs = 60_000, before, after }: MarkedWriteOptions,
    write: (bid: string) => Promise<unknown>,
  ): Promise<unknown> {
    return this.#handle.write({
      keys: [Buffer.from(key)],
      // Only what the server itself refuses is certain.
      marked: { leaseMs, isCertainFailure: (error) => String(error).includes('WRONGTYPE') },
      execute: async (bid) => {
        await before?.();
        const result = await write(bid);
        await after?.();
        return { result, wrote: true };
      },
    });
  }
}

export function markerVisibility(): ProbeStrategy {
  return {
    kind: 'probe',
    keyCountMax: 100,
    connectReplica: ({ endpoint }) => connect(endpoint),
    connectPrimary: ({ endpoint }) => connect(endpoint),
  };
}

async function connect(endpoint: string): Promise<ProbedReplica> {
  const redis = new Redis(endpoint, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  const lost = new Promise<void>((resolve) => redis.once('end', resolve));
  await redis.connect().catch((error: unknown) => {
    throw new RendezvousError('store_failed', 'the test store cannot be reached', { cause: error });
  });
  const runId = /run_id:(\w+)/.exec(await redis.info('server'))?.[1] ?? '';
  return {
    lost,
    // Its data are in memory alone, so they are gone with the process.
    lineage: runId,
    readMarkers: async (keys) => {
      const pipeline = redis.pipeline();
      for (const key of keys) pipeline.hget(Buffer.from(key), MARKER);
      const answers = (await pipeline.exec()) ?? [];
      return answers.map(([error, marker]) => {
        if (error) throw error;
        return typeof marker === 'string' ? marker : '';
      });
    },
    shutdown: async () => {
      redis.disconnect();
    },
  };
}
