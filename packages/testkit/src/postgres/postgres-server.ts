/** One PostgreSQL server process on a data directory of its own, on 127.0.0.1. */
import pg from 'pg';
import type { ProcessUser } from '../process-user.js';
import type { Reaper } from '../reaper.js';
import { startServer, type DatastoreServer, type LaunchedServer } from '../server-process.js';

/**
 * At `postgres://postgres@127.0.0.1:PORT/postgres`: a superuser, without password. `stop` ends
 * connections and leaves what was committed on disk; `pid` is the postmaster's.
 */
export type PostgresServer = DatastoreServer;

export interface PostgresServerOptions {
  readonly postgres: string;
  readonly dataDirectory: string;
  readonly logFile: string;
  readonly user: ProcessUser | undefined;
  readonly reaper: Reaper;
}

/** Starts PostgreSQL on `dataDirectory` and resolves once it answers queries. */
export function startPostgresServer(options: PostgresServerOptions): Promise<LaunchedServer> {
  const { postgres, dataDirectory, logFile, user, reaper } = options;
  return startServer(
    {
      name: 'PostgreSQL',
      file: postgres,
      directory: dataDirectory,
      logFile,
      user,
      // A fast shutdown, and an immediate one, which makes no checkpoint.
      signals: { stop: 'SIGINT', abandon: 'SIGQUIT' },
      argumentsFor: (port) => ['-D', dataDirectory, '-p', String(port)],
      urlOf: (port) => `postgres://postgres@127.0.0.1:${String(port)}/postgres`,
      answers: (url) => servesFrom(url, dataDirectory),
      isPassing,
    },
    reaper,
  );
}

async function servesFrom(url: string, dataDirectory: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return rows[0]?.data_directory === dataDirectory;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Reasons not to start that pass: a port taken by somebody, children of a killed server that linger. */
function isPassing(log: string): boolean {
  return /could not bind|pre-existing shared memory block|lock file .* already exists/.test(log);
}
