/** Makes one cluster of servers that are in cluster mode and know nothing of each other. */
import type { Redis } from 'ioredis';
import type { DelayProxy } from '../delay-proxy.js';
import { readInfo, withRedis } from './ask-redis.js';
import type { RedisServer } from './redis-server.js';
import { untilTrue } from './until-true.js';

const SLOT_COUNT = 16_384;

export interface ShardServers {
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  /** Where the primary announces itself. */
  readonly link: DelayProxy;
}

type SlotRange = readonly [first: number, last: number];

/**
 * Gives each shard an equal share of the slots, and returns the shares. Resolves once every server
 * knows every other, and its place.
 */
export async function formCluster(shards: readonly ShardServers[]): Promise<readonly SlotRange[]> {
  const ranges = shards.map((_, index) => shareOf(index, shards.length));
  const servers = shards.flatMap(({ primary, replica }) => [primary, replica]);
  await Promise.all(
    shards.map(({ primary, link }, index) =>
      withRedis(primary.url, async (client) => {
        await client.config('SET', 'cluster-announce-port', String(link.port));
        await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
        await client.call('CLUSTER', 'ADDSLOTSRANGE', ...(ranges[index] ?? []).map(String));
      }),
    ),
  );
  await meet(shards);
  await untilAll(servers, 'the servers do not know each other', async ({ url }) => {
    const { nodeCount, isComplete } = await readClusterState(url);
    return isComplete && nodeCount === servers.length;
  });
  await Promise.all(shards.map(replicate));
  await untilAll(servers, 'the servers do not know who follows whom', async ({ url }) => {
    const { replicaCount } = await readClusterState(url);
    return replicaCount === shards.length;
  });
  return ranges;
}

function shareOf(index: number, count: number): SlotRange {
  const start = (at: number): number => Math.floor((at * SLOT_COUNT) / count);
  return [start(index), start(index + 1) - 1];
}

async function meet(shards: readonly ShardServers[]): Promise<void> {
  const [first] = shards;
  if (first === undefined) return;
  const places = shards.flatMap(({ primary, replica, link }) => [
    { url: primary.url, port: link.port },
    { url: replica.url, port: replica.port },
  ]);
  for (const { url, port } of places) {
    if (url === first.primary.url) continue;
    const busPort = await withRedis(url, readBusPort);
    await withRedis(first.primary.url, (client) =>
      client.call('CLUSTER', 'MEET', '127.0.0.1', String(port), busPort),
    );
  }
}

async function readBusPort(client: Redis): Promise<string> {
  const [, port] = await client.config('GET', 'cluster-port');
  return port ?? '';
}

async function replicate({ primary, replica }: ShardServers): Promise<void> {
  const id = await withRedis(primary.url, (client) => client.call('CLUSTER', 'MYID'));
  await withRedis(replica.url, (client) => client.call('CLUSTER', 'REPLICATE', String(id)));
}

async function untilAll(
  servers: readonly RedisServer[],
  problem: string,
  isReady: (server: RedisServer) => Promise<boolean>,
): Promise<void> {
  await Promise.all(servers.map((server) => untilTrue(problem, () => isReady(server))));
}

/**
 * Resolves once every server sends clients to every replica, which it does from a replica's first
 * replicated write on.
 */
export async function untilServing(shards: readonly ShardServers[]): Promise<void> {
  await Promise.all(shards.map(({ primary }) => withRedis(primary.url, (c) => c.flushall())));
  const servers = shards.flatMap(({ primary, replica }) => [primary, replica]);
  await untilAll(servers, 'the servers do not know their replicas', async ({ url }) => {
    const shares = await withRedis(url, (client) => client.cluster('SLOTS'));
    // Each tells first and last slot, the primary, and those of its replicas that serve.
    return shares.length === shards.length && shares.every((share) => share.length > 3);
  });
}

/** How a server sees the cluster. */
export interface ClusterState {
  readonly role: string | undefined;
  readonly nodeCount: number;
  readonly replicaCount: number;
  /** Every slot has an owner. */
  readonly isComplete: boolean;
}

export function readClusterState(url: string): Promise<ClusterState> {
  return withRedis(url, async (client) => {
    const nodes = String(await client.call('CLUSTER', 'NODES'))
      .trim()
      .split('\n');
    const state = String(await client.call('CLUSTER', 'INFO'));
    const replication = await readInfo(client, 'replication');
    return {
      role: replication.get('role'),
      // Those in a handshake have no name yet.
      nodeCount: nodes.filter((node) => !node.includes('handshake')).length,
      replicaCount: nodes.filter((node) => node.includes('slave')).length,
      isComplete: state.includes('cluster_slots_assigned:16384'),
    };
  });
}
