/** One Redis server process on 127.0.0.1 that keeps nothing on disk. */
import type { Reaper } from '../reaper.js';
import { startServer, type DatastoreServer, type LaunchedServer } from '../server-process.js';
import { readInfo, withRedis } from './ask-redis.js';

/**
 * At `redis://127.0.0.1:PORT`, without password. Its data are in memory alone: after `stop` or
 * `kill`, `start` gives an empty server, which is what a restarted Redis without persistence is.
 */
export type RedisServer = DatastoreServer;

export interface RedisServerOptions {
  readonly program: string;
  readonly directory: string;
  readonly logFile: string;
  /** The port of 127.0.0.1 where the server finds its primary; absent: it is one. */
  readonly primaryPort?: number;
  /** The port of its cluster bus; absent: the server is not in cluster mode. */
  readonly busPort?: number;
  readonly reaper: Reaper;
}

/** Starts Redis and resolves once it answers. A replica may still be connecting to its primary. */
export function startRedisServer(options: RedisServerOptions): Promise<LaunchedServer> {
  const { program, directory, logFile, reaper } = options;
  return startServer(
    {
      name: 'Redis',
      file: program,
      directory,
      logFile,
      user: undefined,
      signals: { stop: 'SIGTERM', abandon: 'SIGKILL' },
      argumentsFor: (port) => toArguments(port, options),
      urlOf: (port) => `redis://127.0.0.1:${String(port)}`,
      answers: isProcess,
      isPassing: (log) => log.includes('Address already in use'),
    },
    reaper,
  );
}

function toArguments(
  port: number,
  { directory, primaryPort, busPort }: RedisServerOptions,
): string[] {
  const settings: Record<string, string> = {
    bind: '127.0.0.1',
    port: String(port),
    dir: directory,
    // Nothing on disk, the transfer to a new replica included.
    save: '',
    appendonly: 'no',
    'repl-diskless-sync': 'yes',
    'repl-diskless-sync-delay': '0',
    'repl-diskless-load': 'swapdb',
    // A replica that was cut off for a while still finds what it missed.
    'repl-backlog-size': '64mb',
    // A link that is held must not look like one that broke.
    'repl-timeout': '3600',
    ...(primaryPort !== undefined && { replicaof: `127.0.0.1 ${String(primaryPort)}` }),
    ...(busPort !== undefined && toClusterSettings(busPort)),
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, ...toWords(value)]);
}

function toClusterSettings(busPort: number): Record<string, string> {
  return {
    'cluster-enabled': 'yes',
    'cluster-port': String(busPort),
    // Only a test decides who fails over, and a busy machine looks like no dead one.
    'cluster-replica-no-failover': 'yes',
    'cluster-allow-replica-migration': 'no',
    'cluster-node-timeout': '15000',
    'cluster-require-full-coverage': 'no',
  };
}

/** Each word of a value is an argument of its own; an empty value is one, too. */
function toWords(value: string): string[] {
  return value.split(' ');
}

function isProcess(url: string, pid: number): Promise<boolean> {
  return withRedis(url, async (client) => {
    const info = await readInfo(client, 'server');
    return info.get('process_id') === String(pid);
  });
}
