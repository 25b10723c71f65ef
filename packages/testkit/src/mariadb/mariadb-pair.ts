/** A real MariaDB primary and its replicas, from the machine's own `mariadbd`. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  SET_UP_SQL,
  toTemporaryDirectory,
  toSharedArguments,
  type MysqlDialect,
  type ServerLaunch,
} from '../mysql/mysql-dialect.js';
import {
  startMysqlPair,
  type MysqlPair,
  type MysqlPairOptions,
} from '../mysql/start-mysql-pair.js';
import { findMariadbProgram, type MariadbProgram } from './mariadb-program.js';

/** In this order. The first two make tables, the third fills them with `root`, without password. */
const SYSTEM_SQL = [
  'mysql_system_tables.sql',
  'mysql_performance_tables.sql',
  'mysql_system_tables_data.sql',
];

/**
 * Starts a primary and its replicas (by default one) and resolves once they follow it. They tell
 * their clients of GTIDs (`session_track_system_variables`). Rejects with `config_invalid` when
 * MariaDB is not installed.
 */
export async function startMariadbPair(options: MysqlPairOptions = {}): Promise<MysqlPair> {
  return startMysqlPair(toDialect(await findMariadbProgram()), options);
}

function toDialect(program: MariadbProgram): MysqlDialect {
  return {
    product: 'MariaDB',
    file: program.server,
    ownFiles: [],
    async initialise(directory, { dataDirectory }) {
      const inputFile = join(directory, 'system.sql');
      await writeFile(inputFile, await readSystemSql(program));
      const argumentList = [
        ...['--no-defaults', '--bootstrap', `--datadir=${dataDirectory}`, ...SMALL],
        `--tmpdir=${toTemporaryDirectory(dataDirectory)}`,
      ];
      return { file: program.server, argumentList, inputFile };
    },
    argumentsFor: (launch, port) => toArguments(launch, port),
    follow: (port) => [
      `CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = ${String(port)},
         MASTER_USER = 'root', MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 1,
         MASTER_HEARTBEAT_PERIOD = 10`,
      'START SLAVE',
    ],
    promote: ['STOP SLAVE', 'RESET SLAVE ALL', 'SET GLOBAL read_only = OFF'],
    stopApplying: 'STOP SLAVE SQL_THREAD',
    startApplying: 'START SLAVE SQL_THREAD',
  };
}

const SMALL = ['--innodb-buffer-pool-size=32M', '--innodb-log-file-size=8M'];

function toArguments(launch: ServerLaunch, port: number): string[] {
  return [
    '--no-defaults',
    ...toSharedArguments(launch, port),
    '--innodb-log-file-size=8M',
    '--log-slave-updates=ON',
    '--binlog-format=ROW',
    '--gtid-strict-mode=ON',
    '--slave-net-timeout=3600',
    '--session-track-system-variables=autocommit,last_gtid',
  ];
}

/** One statement a line, as the server's bootstrap wants it; the scripts are written so. */
async function readSystemSql({ sqlDirectory }: MariadbProgram): Promise<string> {
  const scripts = SYSTEM_SQL.map((name) => readFile(join(sqlDirectory, name), 'utf8'));
  return [
    'CREATE DATABASE mysql;',
    'USE mysql;',
    ...(await Promise.all(scripts)),
    'FLUSH PRIVILEGES;',
    ...SET_UP_SQL,
    '',
  ].join('\n');
}
