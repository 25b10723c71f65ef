import type { ReplicaConnection } from '@rendezvous/protocol';
import { RendezvousError } from '@rendezvous/protocol';
import { askLayout } from './cluster-discovery.js';
import type { ConnectServer } from './cluster-discovery.js';
import type { ClusterEndpoint } from './cluster-endpoint.js';
import type { ClusterLayout, WatchedPlace } from './cluster-layout.js';
import type { MonitorConnection } from './monitor-connection.js';
import type { RedisPosition } from './position.js';
import { encodePositions } from './position-order.js';
import { readReplication } from './read-replication.js';
import { toShardWatermark } from './shard-watermark.js';

/** How often each server is asked whether the layout still holds, at most. */
const LAYOUT_INTERVAL_MS = 1_000;
/** The node takes no longer position. */
const WATERMARK_LENGTH_MAX = 4_096;

/** A server of the cluster that a monitor is connected to. */
interface WatchedServer {
  readonly place: WatchedPlace;
  readonly connection: MonitorConnection;
  /** What it followed when it was asked first. */
  follows?: string | undefined;
}

/** All servers of a region's shards as one replica: it is as far as each shard's slowest. */
class ClusterReplicas implements ReplicaConnection {
  readonly #endpoint: ClusterEndpoint;
  readonly #fingerprint: string;
  readonly #shards: readonly (readonly WatchedServer[])[];
  readonly lost: Promise<void>;
  #layoutAskedAtMs = -Infinity;

  constructor(
    endpoint: ClusterEndpoint,
    fingerprint: string,
    shards: readonly (readonly WatchedServer[])[],
  ) {
    this.#endpoint = endpoint;
    this.#fingerprint = fingerprint;
    this.#shards = shards;
    this.lost = Promise.race(shards.flat().map(({ connection }) => connection.lost));
  }

  async readWatermark(): Promise<string> {
    const nowMs = performance.now();
    const asksLayout = nowMs - this.#layoutAskedAtMs >= LAYOUT_INTERVAL_MS;
    if (asksLayout) this.#layoutAskedAtMs = nowMs;
    const positions = await Promise.all(
      this.#shards.map((servers) => this.#readShard(servers, asksLayout)),
    );
    const watermark = encodePositions(positions);
    if (watermark.length <= WATERMARK_LENGTH_MAX) return watermark;
    throw new RendezvousError(
      'store_failed',
      'the Redis Cluster has too many shards to be watched',
    );
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.#shards.flat().map(({ connection }) => connection.shutdown()));
  }

  async #readShard(servers: readonly WatchedServer[], asksLayout: boolean): Promise<RedisPosition> {
    const positions = await Promise.all(
      servers.map(async (server) => {
        const [position] = await Promise.all([
          readPosition(server),
          asksLayout && this.#assertLayout(server),
        ]);
        return position;
      }),
    );
    const watermark = toShardWatermark(positions);
    if (watermark !== undefined) return watermark;
    throw new RendezvousError('store_failed', 'replicas of one shard are on different lineages');
  }

  /** What a server serves is what it believes itself. */
  async #assertLayout({ place, connection }: WatchedServer): Promise<void> {
    const { fingerprint } = await askLayout(connection, place.address, this.#endpoint);
    if (fingerprint !== this.#fingerprint) throw changed(place);
  }
}

/**
 * Connects to every server of `layout`. Rejects with `store_failed` if one of them is not to be had:
 * without it nothing would be known of what it shows.
 */
export async function connectReplicas(
  endpoint: ClusterEndpoint,
  { shards, fingerprint }: ClusterLayout,
  connect: ConnectServer,
): Promise<ReplicaConnection> {
  const connecting = shards.map(({ watched }) =>
    watched.map(async (place): Promise<WatchedServer> => {
      return { place, connection: await connect(endpoint.toServerUrl(place.address)) };
    }),
  );
  const outcomes = await Promise.allSettled(connecting.flat());
  if (outcomes.some(({ status }) => status === 'rejected')) {
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') await outcome.value.connection.shutdown();
    }
  }
  const servers = await Promise.all(connecting.map((shard) => Promise.all(shard)));
  return new ClusterReplicas(endpoint, fingerprint, servers);
}

/** Rejects with `store_failed` when the server is not what it was: a failover, or another shard's. */
async function readPosition(server: WatchedServer): Promise<RedisPosition> {
  const { place } = server;
  const { role, position, follows } = await readReplication(server.connection);
  server.follows ??= follows;
  if (role !== place.role || follows !== server.follows) throw changed(place);
  if (position !== undefined) return position;
  throw new RendezvousError('store_failed', `Redis at ${place.address} is being rebuilt`);
}

function changed({ address }: WatchedPlace): RendezvousError {
  const reason = 'slots, primaries or replicas are not what they were';
  return new RendezvousError(
    'store_failed',
    `the Redis Cluster has changed, says ${address}: ${reason}`,
  );
}
