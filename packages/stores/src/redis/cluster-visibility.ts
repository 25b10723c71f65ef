import type { WatermarkStrategy } from '@rendezvous/protocol';
import { RendezvousError } from '@rendezvous/protocol';
import { discoverLayout } from './cluster-discovery.js';
import type { ConnectServer } from './cluster-discovery.js';
import { parseClusterEndpoint } from './cluster-endpoint.js';
import { connectReplicas } from './cluster-replicas.js';
import { connectForMonitoring } from './monitor-connection.js';
import type { RedisPosition } from './position.js';
import { encodePositions, redisPositionOrder } from './position-order.js';
import { readReplication } from './read-replication.js';

/**
 * How a monitor learns how far the replicas of a Redis Cluster are: by offsets alone, for there
 * `PUBLISH` travels from server to server and not with a shard's writes.
 *
 * A region's replicas of all shards are watched as one: the watermark has a part for each shard, as
 * far as the slowest of that shard's replicas. It is over, and the monitor starts anew behind a
 * barrier, as soon as one of them cannot be asked, follows another primary, or sees other slots,
 * primaries or replicas than at the start (looked at every second).
 */
export interface RedisClusterVisibilityOptions {
  /** Until a server has accepted a connection and the login. Default 5,000 ms. */
  readonly connectTimeoutMs?: number;
  /** How long a server may take to answer before it counts as dead. Default 5,000 ms. */
  readonly requestTimeoutMs?: number;
}

/**
 * The visibility strategy for Redis Cluster. Endpoints are
 * `redis-cluster://user:password@host:port?node=host:port&replica=host:port`; see the reference.
 *
 * @example
 * const server = await createServer({ strategies: { 'redis-cluster': redisClusterVisibility() }, … });
 */
export function redisClusterVisibility(
  options: RedisClusterVisibilityOptions = {},
): WatermarkStrategy {
  const { connectTimeoutMs = 5_000, requestTimeoutMs = 5_000 } = options;
  const connectUntil =
    (signal: AbortSignal): ConnectServer =>
    (endpoint) =>
      connectForMonitoring(
        { endpoint, connectTimeoutMs, requestTimeoutMs },
        // One of its own for each: many listeners on one signal look like a leak.
        AbortSignal.any([signal]),
      );
  return {
    kind: 'watermark',
    order: redisPositionOrder,
    async connectReplica({ endpoint: text }, signal) {
      const endpoint = parseClusterEndpoint(text);
      const connect = connectUntil(signal);
      return connectReplicas(endpoint, await discoverLayout(endpoint, connect), connect);
    },
    async readPrimary(text, signal) {
      const endpoint = parseClusterEndpoint(text);
      const connect = connectUntil(signal);
      const { shards } = await discoverLayout({ ...endpoint, replicas: [] }, connect);
      const urls = shards.map(({ primary }) => endpoint.toServerUrl(primary));
      return encodePositions(await Promise.all(urls.map((url) => readPrimary(url, connect))));
    },
  };
}

async function readPrimary(url: string, connect: ConnectServer): Promise<RedisPosition> {
  const connection = await connect(url);
  try {
    const { role, position } = await readReplication(connection);
    if (role === 'primary' && position !== undefined) {
      const { replid, offset } = position;
      return { replid, offset };
    }
    throw new RendezvousError('store_failed', "a shard's primary is a replica at the moment");
  } finally {
    await connection.shutdown();
  }
}
