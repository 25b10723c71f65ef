/**
 * A real Redis (or Valkey) primary and its replica, from the machine's own `redis-server`.
 *
 * Two server processes on free ports of 127.0.0.1 that keep everything in memory: made for tests
 * and demonstrations, in well under two seconds. The replica gets its primary's writes through a
 * proxy, so that the link can be slowed, held and cut. The processes, and the temporary directory
 * with their logs, are gone when the owner is, however it ended.
 */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDelayProxy, type DelayProxy } from '../delay-proxy.js';
import type { LinkedReplica } from '../linked-replica.js';
import { startReaper, type Reaper } from '../reaper.js';
import type { LaunchedServer } from '../server-process.js';
import { readInfo, withRedis } from './ask-redis.js';
import { createRedisLagGate } from './redis-lag-gate.js';
import { findRedisProgram } from './redis-program.js';
import { startRedisServer, type RedisServer } from './redis-server.js';
import { untilTrue } from './until-true.js';

const WARM_UP_KEY = 'rendezvous-warm-up';

export interface RedisPairOptions {
  /** Replicas that follow the primary, each through a link of its own. Default 1. */
  readonly replicaCount?: number;
  /** Told about each step of the launch, one line each. */
  readonly log?: (line: string) => void;
  /** The server's file; default: `redis-server`, else `valkey-server`, on the PATH. */
  readonly program?: string;
}

export interface RedisPair extends LinkedReplica {
  readonly primary: RedisServer;
  /** All replicas; the first is the one that the other fields are about. */
  readonly replicas: readonly LinkedReplica[];
  /** `Redis` or `Valkey`. */
  readonly product: string;
  /** The servers' version, such as `7.0.15`. */
  readonly version: string;
  /** Where both servers keep their logs; removed by `shutdown`. */
  readonly directory: string;
  /** Makes the replica a primary of its own, on a new lineage (replid). */
  promote(): Promise<void>;
  /**
   * Makes the replica the primary, and the primary its replica, without a proxy between them.
   * Resolves once the old primary follows: it has lost what the new one had not got.
   */
  failOver(): Promise<void>;
  /** Ends both servers and removes their files. Idempotent. */
  shutdown(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a primary and its replica and resolves once a write has gone from one to the other; both
 * are empty then. Rejects with `config_invalid` when Redis is not installed.
 */
export async function startRedisPair(options: RedisPairOptions = {}): Promise<RedisPair> {
  const program = options.program ?? (await findRedisProgram());
  const directory = await mkdtemp(join(tmpdir(), 'rendezvous-redis-'));
  const reaper = startReaper(directory);
  const links: DelayProxy[] = [];
  try {
    const log = options.log ?? (() => undefined);
    const serverNamed = (name: string, primaryPort?: number): Promise<LaunchedServer> =>
      startNamedServer({ name, program, directory, reaper, ...(primaryPort && { primaryPort }) });
    const primary = await serverNamed('primary');
    log(`primary answers on port ${String(primary.port)}`);
    const startReplica = async (index: number): Promise<LaunchedReplica> => {
      const link = await startDelayProxy({ targetPort: primary.port });
      links.push(link);
      const replica = await serverNamed(`replica-${String(index + 1)}`, link.port);
      await warmUp(primary, replica);
      log(`replica answers on port ${String(replica.port)} and follows the primary`);
      return { replica, link, lag: createRedisLagGate(replica.url, link) };
    };
    const first = await startReplica(0);
    const replicas = [first];
    while (replicas.length < (options.replicaCount ?? 1)) {
      replicas.push(await startReplica(replicas.length));
    }
    const about = await readProduct(primary.url);
    return assemble({ primary, first, replicas, about, directory, reaper });
  } catch (error) {
    await Promise.all(links.map((link) => link.shutdown()));
    await reaper.release();
    throw error;
  }
}

interface NamedServer {
  readonly name: string;
  readonly program: string;
  readonly directory: string;
  readonly primaryPort?: number;
  readonly reaper: Reaper;
}

async function startNamedServer({
  name,
  directory,
  ...rest
}: NamedServer): Promise<LaunchedServer> {
  const own = join(directory, name);
  await mkdir(own);
  return startRedisServer({ ...rest, directory: own, logFile: `${own}.log` });
}

type LaunchedReplica = LinkedReplica<LaunchedServer>;

interface Parts {
  readonly primary: LaunchedServer;
  readonly first: LaunchedReplica;
  readonly replicas: readonly LaunchedReplica[];
  readonly about: { readonly product: string; readonly version: string };
  readonly directory: string;
  readonly reaper: Reaper;
}

function assemble({ primary, first, replicas, about, directory, reaper }: Parts): RedisPair {
  const { replica } = first;
  const promote = (): Promise<void> => follow(replica, undefined);
  const shutdown = async (): Promise<void> => {
    const ending = replicas.map((each) => [each.replica.abandon(), each.link.shutdown()]);
    await Promise.all([primary.abandon(), ...ending.flat()]);
    await reaper.release();
  };
  return {
    ...first,
    primary,
    replicas,
    ...about,
    directory,
    promote,
    failOver: async () => {
      await promote();
      await follow(primary, replica);
      await untilTrue('the old primary did not follow the new one', () => isLinkUp(primary.url));
    },
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

/** Undefined: the server follows nobody from now on. */
async function follow(server: RedisServer, primary: RedisServer | undefined): Promise<void> {
  const target = primary === undefined ? ['NO', 'ONE'] : ['127.0.0.1', String(primary.port)];
  await withRedis(server.url, (client) => client.call('REPLICAOF', ...target));
}

async function isLinkUp(url: string): Promise<boolean> {
  const info = await withRedis(url, (client) => readInfo(client, 'replication'));
  return info.get('role') === 'slave' && info.get('master_link_status') === 'up';
}

/**
 * Waits until a write and a delete have arrived: right after the first transfer they may take a
 * second, whatever the servers say of their link.
 */
async function warmUp(primary: RedisServer, replica: RedisServer): Promise<void> {
  const problem = 'the replica did not follow its primary';
  const isThere = async (): Promise<boolean> =>
    (await withRedis(replica.url, (client) => client.exists(WARM_UP_KEY))) === 1;
  await withRedis(primary.url, (client) => client.set(WARM_UP_KEY, ''));
  await untilTrue(problem, isThere);
  await withRedis(primary.url, (client) => client.del(WARM_UP_KEY));
  await untilTrue(problem, async () => !(await isThere()));
}

async function readProduct(url: string): Promise<Parts['about']> {
  const info = await withRedis(url, (client) => readInfo(client, 'server'));
  const valkey = info.get('valkey_version');
  return valkey === undefined
    ? { product: 'Redis', version: info.get('redis_version') ?? '' }
    : { product: 'Valkey', version: valkey };
}
