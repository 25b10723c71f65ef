import type { StoreHandle } from '@rendezvous/protocol';
import { RendezvousError } from '@rendezvous/protocol';
import { isWrapped } from '../shim-registry.js';
import { shimIoredisCluster } from './ioredis-cluster-shim.js';
import type { IoredisClient, IoredisCluster } from './ioredis-driver.js';
import { shimIoredis } from './ioredis-shim.js';
import { shimNodeRedisCluster } from './node-redis-cluster-shim.js';
import type {
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisPool,
  NodeRedisSentinel,
} from './node-redis-driver.js';
import { shimNodeRedisSentinel } from './node-redis-sentinel-shim.js';
import { shimNodeRedis, shimNodeRedisPool } from './node-redis-shim.js';

/** A `Redis` or `Cluster` of ioredis, as far as its type matters here. */
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
 * A server says itself whether it is a primary (reads never wait there) or a replica. In a `Cluster`
 * that is told from the connection: only reads of keys at a shard's primary do not wait. Throws
 * `config_invalid` for anything else than a `Redis` or `Cluster` of ioredis 5 or 6, and for one that
 * is wrapped already.
 *
 * @example
 * const redis = wrapIoredis(new Redis(url), rv.store('posts'));
 * await redis.set(`post:${id}`, text);
 */
export function wrapIoredis<T extends IoredisLike>(client: T, handle: StoreHandle): T {
  assertBare('wrapIoredis', client);
  if (!isIoredis(client)) throw invalid('wrapIoredis', 'it is no Redis or Cluster of ioredis');
  if (isIoredisCluster(client)) {
    return shimIoredisCluster(client, handle) as IoredisLike as T;
  }
  return shimIoredis(client, handle) as IoredisLike as T;
}

/** A client, pool, sentinel or cluster of node-redis, as far as its type matters here. */
export interface NodeRedisLike {
  sendCommand(...parameters: never[]): unknown;
  readonly isOpen: boolean;
}

/**
 * Wraps what node-redis makes: `createClient()`, `createClientPool()`, `createSentinel()`,
 * `createCluster()`. Does what `wrapIoredis` does, for the other driver. What it hands out
 * (`multi()`, `legacy()`, `duplicate()`, `withTypeMapping()`, leases, clients of single servers) is
 * wrapped too.
 *
 * Throws `config_invalid` for anything else than these of node-redis 6, for one with a client-side
 * cache (it would answer without the server), and for one that is wrapped already.
 *
 * @example
 * const redis = wrapRedis(await createClient({ url }).connect(), rv.store('posts'));
 * await redis.set(`post:${id}`, text);
 */
export function wrapRedis<T extends NodeRedisLike>(client: T, handle: StoreHandle): T {
  assertBare('wrapRedis', client);
  if ('clientSideCache' in client && client.clientSideCache !== undefined) {
    throw invalid('wrapRedis', 'its client-side cache answers reads without the server');
  }
  return shimAny(client, handle) as NodeRedisLike as T;
}

function shimAny(client: NodeRedisLike, handle: StoreHandle): object {
  if (isNodeRedis(client)) return shimNodeRedis(client, handle);
  if (isNodeRedisPool(client)) return shimNodeRedisPool(client, handle);
  if (isNodeRedisSentinel(client)) return shimNodeRedisSentinel(client, handle);
  if (isNodeRedisCluster(client)) return shimNodeRedisCluster(client, handle);
  throw invalid('wrapRedis', 'it is no client, pool, sentinel or cluster of node-redis 6');
}

function isNodeRedisPool(client: object): client is NodeRedisPool {
  const { execute, idleClients } = client as Partial<NodeRedisPool>;
  return typeof execute === 'function' && typeof idleClients === 'number';
}

function isNodeRedisSentinel(client: object): client is NodeRedisSentinel {
  const { acquire, use, _execute } = client as Partial<NodeRedisSentinel>;
  return [acquire, use, _execute].every((method) => typeof method === 'function');
}

function isNodeRedisCluster(client: object): client is NodeRedisCluster {
  const { _execute, _slots } = client as Partial<NodeRedisCluster>;
  return typeof _execute === 'function' && typeof _slots === 'object';
}

function isNodeRedis(client: object): client is NodeRedisClient {
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

function isIoredisCluster(client: object): client is IoredisCluster {
  const { isCluster, connectionPool } = client as Partial<IoredisCluster>;
  return isCluster === true && typeof connectionPool === 'object';
}

function assertBare(name: string, client: object): void {
  if (isWrapped(client)) throw invalid(name, 'it is wrapped already: wrap the one inside (unwrap)');
}

function invalid(name: string, reason: string): RendezvousError {
  return new RendezvousError('config_invalid', `${name} cannot wrap this client: ${reason}`);
}
