/**
 * A real Redis Cluster from the machine's own `redis-server`: shards of one primary and one replica.
 *
 * What `redis-pair.ts` says of processes, ports and files holds here too. A replica reaches its primary through a
 * proxy, so that each shard's replication can be slowed, held and cut. In cluster mode a replica
 * finds its primary where that announces itself: primaries announce the proxy, and clients must be
 * given `addressMap` to go past it.
 */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDelayProxy, type DelayProxy } from '../delay-proxy.js';
import { findFreePort } from '../free-port.js';
import type { LagGate } from '../lag-gate.js';
import { startReaper, type Reaper } from '../reaper.js';
import type { LaunchedServer } from '../server-process.js';
import { readInfo, withRedis } from './ask-redis.js';
import { formCluster, readClusterState, untilServing } from './form-cluster.js';
import { createRedisLagGate } from './redis-lag-gate.js';
import { findRedisProgram } from './redis-program.js';
import { startRedisServer, type RedisServer } from './redis-server.js';
import { untilTrue } from './until-true.js';

export interface RedisClusterOptions {
  /** Default 3. */
  readonly shardCount?: number;
  /** The server's file; default: `redis-server`, else `valkey-server`, on the PATH. */
  readonly program?: string;
}

/** A part of the keys: one primary and its replica. */
export interface RedisShard {
  /** Lost its state when it was stopped: a cluster's server that starts again is not one of it. */
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  /** First and last of the shard's hash slots. */
  readonly slots: readonly [first: number, last: number];
  readonly lag: LagGate;
  /** Between the replica and its primary. */
  readonly link: DelayProxy;
  /** Kills the primary and makes the replica one, which loses what it had not got. */
  failOver(): Promise<void>;
}

export interface RedisCluster {
  readonly shards: readonly RedisShard[];
  /** What a monitor is given: `redis-cluster://127.0.0.1:PORT?node=…`, every server. */
  readonly endpoint: string;
  /** Where clients reach what announces itself elsewhere: `natMap` of ioredis, `nodeAddressMap` of node-redis. */
  readonly addressMap: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
  /** All shards' replication at once. */
  readonly lag: LagGate;
  /** Ends all servers and removes their files. Idempotent. */
  shutdown(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a cluster and resolves once every replica follows, and clients are sent to it. Rejects with
 * `config_invalid` when Redis is not installed. Needs Redis 7.
 */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const program = options.program ?? (await findRedisProgram());
  const directory = await mkdtemp(join(tmpdir(), 'rendezvous-redis-cluster-'));
  const reaper = startReaper(directory);
  const launched: Launched[] = [];
  const shutdown = async (): Promise<void> => {
    await Promise.all(launched.flatMap(toEndings));
    await reaper.release();
  };
  try {
    const names = Array.from({ length: options.shardCount ?? 3 }, (_, index) => String(index));
    await Promise.all(
      names.map(async (name) => {
        launched.push(await launchShard({ name, program, directory, reaper }));
      }),
    );
    const slots = await formCluster(launched);
    const shards = launched.map((shard, index) => toShard(shard, slots[index] ?? [0, 0]));
    await Promise.all(launched.map(({ replica }) => untilFollowing(replica.url)));
    await untilServing(launched);
    return assemble(shards, shutdown);
  } catch (error) {
    await shutdown();
    throw error;
  }
}

interface Launched {
  readonly primary: LaunchedServer;
  readonly replica: LaunchedServer;
  readonly link: DelayProxy;
}

interface ServerPlace {
  readonly name: string;
  readonly program: string;
  readonly directory: string;
  readonly reaper: Reaper;
}

async function launchShard({ name, ...place }: ServerPlace): Promise<Launched> {
  const [primary, replica] = await Promise.all([
    launchServer({ ...place, name: `primary-${name}` }),
    launchServer({ ...place, name: `replica-${name}` }),
  ]);
  return { primary, replica, link: await startDelayProxy({ targetPort: primary.port }) };
}

async function launchServer({ name, directory, ...rest }: ServerPlace): Promise<LaunchedServer> {
  const own = join(directory, name);
  await mkdir(own);
  const busPort = await findFreePort();
  return startRedisServer({ ...rest, busPort, directory: own, logFile: `${own}.log` });
}

function toEndings({ primary, replica, link }: Launched): Promise<void>[] {
  return [primary.abandon(), replica.abandon(), link.shutdown()];
}

function toShard({ primary, replica, link }: Launched, slots: RedisShard['slots']): RedisShard {
  return {
    primary,
    replica,
    slots,
    link,
    lag: createRedisLagGate(replica.url, link),
    failOver: async () => {
      await primary.kill();
      await withRedis(replica.url, (client) => client.call('CLUSTER', 'FAILOVER', 'TAKEOVER'));
      await untilTrue('the replica did not take over', async () => {
        const { role } = await readClusterState(replica.url);
        return role === 'master';
      });
    },
  };
}

function assemble(shards: readonly RedisShard[], shutdown: () => Promise<void>): RedisCluster {
  const forEach = async (act: (lag: LagGate) => Promise<void>): Promise<void> => {
    await Promise.all(shards.map(({ lag }) => act(lag)));
  };
  const ports = shards.flatMap(({ primary, replica }) => [replica.port, primary.port]);
  const [first, ...others] = ports.map((port) => `127.0.0.1:${String(port)}`);
  const query = new URLSearchParams(others.map((address): [string, string] => ['node', address]));
  return {
    shards,
    endpoint: `redis-cluster://${first ?? ''}?${query.toString()}`,
    addressMap: Object.fromEntries(
      shards.map(({ primary: { port }, link }) => [
        `127.0.0.1:${String(link.port)}`,
        { host: '127.0.0.1', port },
      ]),
    ),
    lag: {
      setDelay: (ms) => forEach((lag) => lag.setDelay(ms)),
      pause: () => forEach((lag) => lag.pause()),
      resume: () => forEach((lag) => lag.resume()),
      cut: () => forEach((lag) => lag.cut()),
    },
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

async function untilFollowing(url: string): Promise<void> {
  await untilTrue('a replica did not follow its primary', async () => {
    const info = await withRedis(url, (client) => readInfo(client, 'replication'));
    return info.get('role') === 'slave' && info.get('master_link_status') === 'up';
  });
}
