/** A real MySQL primary and its replicas, from the server that `npm run setup` unpacked. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  SET_UP_SQL,
  toSharedArguments,
  toTemporaryDirectory,
  type MysqlDialect,
  type ServerLaunch,
} from './mysql-dialect.js';
import { requireMysqlProgram, type MysqlProgram } from './mysql-program.js';
import {
  startMysqlPair as startPair,
  type MysqlPair,
  type MysqlPairOptions,
} from './start-mysql-pair.js';

/**
 * Starts a primary and its replicas (by default one) and resolves once they follow it. They tell
 * their clients of GTIDs (`session_track_gtids`). Rejects with `config_invalid` when MySQL is not
 * there.
 */
export async function startMysqlPair(options: MysqlPairOptions = {}): Promise<MysqlPair> {
  return startPair(toDialect(await requireMysqlProgram()), options);
}

function toDialect(program: MysqlProgram): MysqlDialect {
  return {
    product: 'MySQL',
    file: program.file,
    // A server's identity.
    ownFiles: ['auto.cnf'],
    async initialise(directory, { dataDirectory }) {
      const initFile = join(directory, 'set-up.sql');
      await writeFile(initFile, [...ROOT_SQL, ...SET_UP_SQL, ''].join('\n'), { mode: 0o644 });
      const argumentList = [
        ...[...program.before, '--no-defaults', '--initialize-insecure', ...program.places],
        ...[`--datadir=${dataDirectory}`, `--init-file=${initFile}`, ...SMALL],
        `--tmpdir=${toTemporaryDirectory(dataDirectory)}`,
      ];
      return { file: program.file, argumentList };
    },
    argumentsFor: (launch, port) => toArguments(program, launch, port),
    follow: (port) => [
      `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = ${String(port)},
         SOURCE_USER = 'root', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1,
         SOURCE_CONNECT_RETRY = 1, SOURCE_RETRY_COUNT = 100000, SOURCE_HEARTBEAT_PERIOD = 10`,
      'START REPLICA',
    ],
    promote: ['STOP REPLICA', 'RESET REPLICA ALL', 'SET GLOBAL read_only = OFF'],
    stopApplying: 'STOP REPLICA SQL_THREAD',
    startApplying: 'START REPLICA SQL_THREAD',
  };
}

const SMALL = ['--innodb-buffer-pool-size=32M', '--innodb-redo-log-capacity=8M'];

/** Servers resolve no names, so that 127.0.0.1 is not localhost. */
const ROOT_SQL = [
  `CREATE USER root@'127.0.0.1';`,
  `GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;`,
];

function toArguments(program: MysqlProgram, launch: ServerLaunch, port: number): string[] {
  return [
    ...program.before,
    '--no-defaults',
    ...program.places,
    ...toSharedArguments(launch, port),
    '--innodb-redo-log-capacity=8M',
    '--mysqlx=OFF',
    '--gtid-mode=ON',
    '--enforce-gtid-consistency=ON',
    '--log-replica-updates=ON',
    '--replica-net-timeout=3600',
    '--session-track-gtids=OWN_GTID',
    '--secure-file-priv=NULL',
  ];
}
