/**
 * A real primary of MariaDB or MySQL and its replicas.
 *
 * Server processes on free ports of 127.0.0.1, with fresh data under the system's temporary directory
 * and nothing synced to disk: made for tests and demonstrations. Each replica gets its primary's log
 * through a proxy of its own, so that the link can be slowed and cut. The processes and the directory
 * are gone when the owner is, however it ended.
 */
import { execFile } from 'node:child_process';
import { chown, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RendezvousError } from '@rendezvous/protocol';
import { startDelayProxy, type DelayProxy } from '../delay-proxy.js';
import type { LagGate } from '../lag-gate.js';
import { findProcessUser, type ProcessUser } from '../process-user.js';
import { startReaper, type Reaper } from '../reaper.js';
import { untilTrue } from '../redis/until-true.js';
import type { LaunchedServer } from '../server-process.js';
import { queryMysql, runMysql } from './ask-mysql.js';
import {
  toTemporaryDirectory,
  type MysqlDialect,
  type ProgramCall,
  type ServerLaunch,
} from './mysql-dialect.js';
import { createMysqlLagGate } from './mysql-lag-gate.js';
import { startMysqlServer, type MysqlServer } from './mysql-server.js';

const execute = promisify(execFile);

export interface MysqlPairOptions {
  /** Default 1. */
  readonly replicaCount?: number;
  /** Told about each step of the launch, one line each. */
  readonly log?: (line: string) => void;
}

/** A replica, and all that a test can do to it. */
export interface MysqlReplica {
  readonly server: MysqlServer;
  readonly lag: LagGate;
  /** The replication link: the proxy between the replica and its primary. */
  readonly link: DelayProxy;
  /** Makes the replica a primary of its own. */
  promote(): Promise<void>;
  /** Keeps a copy of the replica's data as they are now. The server is stopped meanwhile. */
  saveCopy(): Promise<void>;
  /** Starts the replica anew from the saved copy: it is as far as it was then. */
  rebuildFromCopy(): Promise<void>;
}

export interface MysqlPair {
  readonly primary: MysqlServer;
  /** The first replica's server. */
  readonly replica: MysqlServer;
  /** The first replica's. */
  readonly lag: LagGate;
  /** The first replica's. */
  readonly link: DelayProxy;
  readonly replicas: readonly [MysqlReplica, ...MysqlReplica[]];
  readonly product: 'MariaDB' | 'MySQL';
  /** The servers' version, such as `10.11.6`. */
  readonly version: string;
  /** Where the servers keep their data and logs; removed by `shutdown`. */
  readonly directory: string;
  /** Makes the first replica a primary of its own. */
  promote(): Promise<void>;
  /** Ends the servers and removes their data. Idempotent. */
  shutdown(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a primary and its replicas and resolves once they follow it. */
export async function startMysqlPair(
  dialect: MysqlDialect,
  options: MysqlPairOptions = {},
): Promise<MysqlPair> {
  const user = await findProcessUser();
  const prefix = join(await realpath(tmpdir()), `rendezvous-${dialect.product.toLowerCase()}-`);
  const directory = await mkdtemp(prefix);
  const reaper = startReaper(directory);
  const links: DelayProxy[] = [];
  try {
    if (user !== undefined) await chown(directory, user.uid, user.gid);
    return await launch({ dialect, options, user, directory, reaper, links });
  } catch (error) {
    await Promise.all(links.map((link) => link.shutdown()));
    await reaper.release();
    throw error;
  }
}

interface Launch {
  readonly dialect: MysqlDialect;
  readonly options: MysqlPairOptions;
  readonly user: ProcessUser | undefined;
  readonly directory: string;
  readonly reaper: Reaper;
  /** Those that were started. */
  readonly links: DelayProxy[];
}

async function launch(parts: Launch): Promise<MysqlPair> {
  const { dialect, options, user, directory } = parts;
  const log = options.log ?? (() => undefined);
  const template = join(directory, 'template');
  const shared = { user, serverId: 1, readOnly: false };
  log(`creating ${dialect.product} data in ${directory}`);
  await run(parts, { file: 'mkdir', argumentList: [template, toTemporaryDirectory(template)] });
  const setUp = await dialect.initialise(directory, { ...shared, dataDirectory: template });
  await run(parts, setUp);
  await Promise.all(dialect.ownFiles.map((file) => rm(join(template, file), { force: true })));

  const primary = await startOn(parts, template, {
    ...shared,
    dataDirectory: join(directory, 'primary'),
  });
  log(`primary answers on port ${String(primary.port)}`);
  const replicas: ReplicaProcess[] = [];
  for (let index = 0; index < (options.replicaCount ?? 1); index++) {
    replicas.push(await startReplica(parts, template, primary, index));
  }
  log('replicas answer and follow the primary');
  const { version } = await queryMysql(primary.port, 'SELECT VERSION() AS version');
  return assemble(parts, primary, replicas, String(version).split('-')[0] ?? '');
}

/** Starts a server on a copy of the data in `template`. */
async function startOn(
  parts: Launch,
  template: string,
  launchOptions: ServerLaunch,
): Promise<LaunchedServer> {
  const { dataDirectory } = launchOptions;
  await run(parts, { file: 'cp', argumentList: ['-R', template, dataDirectory] });
  await run(parts, { file: 'mkdir', argumentList: [toTemporaryDirectory(dataDirectory)] });
  return startMysqlServer(parts.dialect, launchOptions, parts.reaper);
}

async function startReplica(
  parts: Launch,
  template: string,
  primary: LaunchedServer,
  index: number,
): Promise<ReplicaProcess> {
  const { dialect, directory, user, links } = parts;
  const link = await startDelayProxy({ targetPort: primary.port });
  links.push(link);
  const dataDirectory = join(directory, `replica-${String(index + 1)}`);
  const server = await startOn(parts, template, {
    dataDirectory,
    serverId: index + 2,
    readOnly: true,
    user,
  });
  await runMysql(server.port, dialect.follow(link.port));
  await untilFollowing(dialect, primary, server);
  return new ReplicaProcess(parts, server, link, dataDirectory);
}

/** Waits until a write has gone from the primary to the replica. */
async function untilFollowing(
  dialect: MysqlDialect,
  primary: LaunchedServer,
  replica: LaunchedServer,
): Promise<void> {
  const name = `warm_up_${String(replica.port)}`;
  await runMysql(primary.port, [`CREATE DATABASE ${name}`]);
  await untilTrue(`a replica of ${dialect.product} did not follow its primary`, async () => {
    const row = await queryMysql(replica.port, `SHOW DATABASES LIKE '${name}'`);
    return Object.keys(row).length > 0;
  });
  await runMysql(primary.port, [`DROP DATABASE ${name}`]);
}

class ReplicaProcess implements MysqlReplica {
  readonly server: LaunchedServer;
  readonly link: DelayProxy;
  readonly lag: LagGate;
  readonly #parts: Launch;
  readonly #dataDirectory: string;

  constructor(parts: Launch, server: LaunchedServer, link: DelayProxy, dataDirectory: string) {
    this.#parts = parts;
    this.server = server;
    this.link = link;
    this.lag = createMysqlLagGate(parts.dialect, server, link);
    this.#dataDirectory = dataDirectory;
  }

  promote(): Promise<void> {
    return runMysql(this.server.port, this.#parts.dialect.promote);
  }

  async saveCopy(): Promise<void> {
    await this.server.stop();
    await this.#copy(this.#dataDirectory, `${this.#dataDirectory}-copy`);
    await this.server.start();
  }

  async rebuildFromCopy(): Promise<void> {
    await this.server.kill();
    await this.#copy(`${this.#dataDirectory}-copy`, this.#dataDirectory);
    await this.server.start();
  }

  async #copy(from: string, to: string): Promise<void> {
    await rm(to, { recursive: true, force: true });
    await run(this.#parts, { file: 'cp', argumentList: ['-R', from, to] });
  }
}

function assemble(
  { dialect, directory, reaper, links }: Launch,
  primary: LaunchedServer,
  replicas: readonly ReplicaProcess[],
  version: string,
): MysqlPair {
  const [first, ...others] = replicas;
  if (first === undefined)
    throw new RendezvousError('config_invalid', 'replicaCount must be 1 or more');
  const shutdown = async (): Promise<void> => {
    const servers = [primary, first.server, ...others.map(({ server }) => server)];
    await Promise.all(servers.map((server) => server.abandon()));
    await Promise.all(links.map((link) => link.shutdown()));
    await reaper.release();
  };
  return {
    primary,
    replica: first.server,
    lag: first.lag,
    link: first.link,
    replicas: [first, ...others],
    product: dialect.product,
    version,
    directory,
    promote: () => first.promote(),
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

/** Runs one program to its end, as the servers' user. */
async function run({ user, reaper, directory, dialect }: Launch, call: ProgramCall): Promise<void> {
  const { file, argumentList, inputFile } = call;
  const running = execute(file, argumentList, {
    cwd: directory,
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  const { child } = running;
  if (child.pid !== undefined) reaper.watch(child.pid);
  try {
    if (inputFile !== undefined) {
      // A program that ends early says why by itself.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(await readFile(inputFile));
    }
    await running;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RendezvousError('store_failed', `${dialect.product} could not be set up: ${reason}`, {
      cause,
    });
  } finally {
    if (child.pid !== undefined) reaper.forget(child.pid);
  }
}
