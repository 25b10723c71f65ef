import type { StoreHandle } from '@rendezvous/protocol';
import { RendezvousError } from '@rendezvous/protocol';
import { isWrapped } from '../shim-registry.js';
import type { IoredisClient } from './ioredis-driver.js';
import { shimIoredis } from './ioredis-shim.js';
import type { NodeRedisClient } from './node-redis-driver.js';
import { shimNodeRedis } from './node-redis-shim.js';

/** A `Redis` of ioredis, as far as its type matters here. */
export interface IoredisLike {
  sendCommand(...parameters: never[]): unknown;
  getBuiltinCommands(): string[];
}

/**
 * Wraps a client of ioredis: its writes open branches of the handle's store, its reads on a replica
 * wait until the writes that they depend on are visible there. The result is a `T` with the same
 * methods, results, errors and events; pipelines, transactions and duplicates of it are wrapped too.
 *
 * When Rendezvous is unreachable, a write still returns its own result within the store's
 * `openTimeoutMs`, and a read follows the store's `onUnavailable` policy.
 *
 * A server says itself whether it is a primary (reads never wait there) or a replica. Throws
 * `config_invalid` for anything else than a `Redis` of ioredis 5 or 6, for a `Cluster` (cluster mode
 * comes later), and for one that is wrapped already.
 *
 * @example
 * const redis = wrapIoredis(new Redis(url), rv.store('posts'));
 * await redis.set(`post:${id}`, text);
 */
export function wrapIoredis<T extends IoredisLike>(client: T, handle: StoreHandle): T {
  assertBare('wrapIoredis', client);
  if ('nodes' in client) throw invalid('wrapIoredis', 'cluster mode comes later');
  if (!isIoredis(client)) throw invalid('wrapIoredis', 'it is not a Redis of ioredis');
  return shimIoredis(client, handle) as IoredisLike as T;
}

/** A client of node-redis, as far as its type matters here. */
export interface NodeRedisLike {
  sendCommand(...parameters: never[]): unknown;
  readonly isReady: boolean;
}

/**
 * Wraps a client of node-redis (`createClient()`): what `wrapIoredis` does, for the other driver.
 * `multi()`, `legacy()`, `duplicate()` and `withTypeMapping()` of it are wrapped too.
 *
 * Throws `config_invalid` for anything else than a client of node-redis 6, for clusters, pools and
 * sentinels (they come later), for one with a client-side cache (it would answer without the server),
 * and for one that is wrapped already.
 *
 * @example
 * const redis = wrapRedis(await createClient({ url }).connect(), rv.store('posts'));
 * await redis.set(`post:${id}`, text);
 */
export function wrapRedis<T extends NodeRedisLike>(client: T, handle: StoreHandle): T {
  assertBare('wrapRedis', client);
  if (!isNodeRedis(client)) {
    throw invalid(
      'wrapRedis',
      'it is not a client of node-redis 6, or a cluster, pool or sentinel',
    );
  }
  if (client.clientSideCache !== undefined) {
    throw invalid('wrapRedis', 'its client-side cache answers reads without the server');
  }
  return shimNodeRedis(client, handle) as NodeRedisLike as T;
}

function isNodeRedis(client: NodeRedisLike): client is NodeRedisLike & NodeRedisClient {
  const { socketEpoch, _self, _executeMulti, _executePipeline } =
    client as Partial<NodeRedisClient>;
  return (
    typeof socketEpoch === 'number' &&
    typeof _self === 'object' &&
    typeof _executeMulti === 'function' &&
    typeof _executePipeline === 'function'
  );
}

function isIoredis(client: IoredisLike): client is IoredisLike & IoredisClient {
  const { sendCommand, getBuiltinCommands } = client as Partial<IoredisLike>;
  return typeof sendCommand === 'function' && typeof getBuiltinCommands === 'function';
}

function assertBare(name: string, client: object): void {
  if (isWrapped(client)) throw invalid(name, 'it is wrapped already: wrap the one inside (unwrap)');
}

function invalid(name: string, reason: string): RendezvousError {
  return new RendezvousError('config_invalid', `${name} cannot wrap this client: ${reason}`);
}
