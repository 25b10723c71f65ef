/** One server process of MariaDB or MySQL on a data directory of its own, on 127.0.0.1. */
import type { Reaper } from '../reaper.js';
import { startServer, type DatastoreServer, type LaunchedServer } from '../server-process.js';
import { queryMysql } from './ask-mysql.js';
import { DATABASE, type MysqlDialect, type ServerLaunch } from './mysql-dialect.js';

/**
 * At `mysql://rendezvous@127.0.0.1:PORT/rendezvous`: an ordinary user without password who owns that
 * database. `root`, without password, too, may do everything.
 */
export type MysqlServer = DatastoreServer;

/** Starts the server and resolves once it answers queries. */
export function startMysqlServer(
  dialect: MysqlDialect,
  launch: ServerLaunch,
  reaper: Reaper,
): Promise<LaunchedServer> {
  const { dataDirectory, user } = launch;
  return startServer(
    {
      name: dialect.product,
      file: dialect.file,
      directory: dataDirectory,
      logFile: `${dataDirectory}.log`,
      user,
      signals: { stop: 'SIGTERM', abandon: 'SIGKILL' },
      argumentsFor: (port) => dialect.argumentsFor(launch, port),
      urlOf: (port) => `mysql://${DATABASE}@127.0.0.1:${String(port)}/${DATABASE}`,
      answers: async (url) => {
        const { directory } = await queryMysql(
          Number(new URL(url).port),
          'SELECT @@datadir AS directory',
        );
        return directory === `${dataDirectory}/`;
      },
      isPassing: (log) => /Address already in use|Unable to lock/.test(log),
    },
    reaper,
  );
}
