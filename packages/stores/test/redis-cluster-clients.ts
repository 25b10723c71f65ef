import type { StoreHandle } from '@rendezvous/protocol';
import type { RedisCluster } from '@rendezvous/testkit';
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { wrapIoredis, wrapRedis } from '../src/redis/index.js';

/** A wrapped cluster client of either driver, as far as tests treat them alike. */
export interface TestClusterClient {
  set(key: string, value: string): Promise<unknown>;
  pipeline(key: string, value: string): Promise<unknown>;
  /** MULTI … EXEC. */
  transaction(key: string, value: string): Promise<unknown>;
  script(key: string, value: string): Promise<unknown>;
  get(key: string): Promise<string | null>;
  end(): Promise<void>;
}

export interface ClusterClientOptions {
  /** Reads go to replicas. */
  readonly readsReplicas?: boolean;
}

export type ConnectCluster = (
  cluster: RedisCluster,
  handle: StoreHandle,
  options?: ClusterClientOptions,
) => Promise<TestClusterClient>;

const SET_SCRIPT = "return redis.call('set', KEYS[1], ARGV[1])";

export const connectIoredisCluster: ConnectCluster = async (cluster, handle, options = {}) => {
  const bare = connectBareCluster(cluster, options);
  const client = wrapIoredis(bare, handle);
  await client.ping();
  return {
    set: (key, value) => client.set(key, value),
    pipeline: (key, value) => client.pipeline().set(key, value).exec(),
    transaction: (key, value) => client.multi().set(key, value).exec(),
    script: (key, value) => client.eval(SET_SCRIPT, 1, key, value),
    get: (key) => client.get(key),
    end: async () => {
      await client.quit();
    },
  };
};

/** A bare cluster client of ioredis. */
export function connectBareCluster(
  { shards, addressMap }: RedisCluster,
  { readsReplicas = false }: ClusterClientOptions = {},
): Cluster {
  const ports = shards.map(({ replica: { port } }) => ({ port }));
  const scaleReads = readsReplicas ? 'slave' : 'master';
  const client = new Cluster(ports, { natMap: addressMap, scaleReads });
  client.on('error', () => undefined);
  return client;
}

export const connectNodeRedisCluster: ConnectCluster = async (cluster, handle, options = {}) => {
  const bare = createCluster({
    rootNodes: cluster.shards.map(({ replica: { url } }) => ({ url })),
    nodeAddressMap: cluster.addressMap,
    useReplicas: options.readsReplicas === true,
  });
  bare.on('error', () => undefined);
  const client = await wrapRedis(bare, handle).connect();
  return {
    set: (key, value) => client.set(key, value),
    pipeline: (key, value) => client.multi().set(key, value).execAsPipeline(),
    transaction: (key, value) => client.multi().set(key, value).exec(),
    script: (key, value) => client.eval(SET_SCRIPT, { keys: [key], arguments: [value] }),
    get: (key) => client.get(key),
    end: () => client.close(),
  };
};
