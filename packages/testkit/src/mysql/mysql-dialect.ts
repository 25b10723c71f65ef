import type { ProcessUser } from '../process-user.js';

/** A program and what it is called with. */
export interface ProgramCall {
  readonly file: string;
  readonly argumentList: readonly string[];
  /** The file that the program reads as its standard input. Default: none. */
  readonly inputFile?: string;
}

/** A server on a data directory. */
export interface ServerLaunch {
  readonly dataDirectory: string;
  readonly serverId: number;
  /** Refuses writes of ordinary users. */
  readonly readOnly: boolean;
  readonly user: ProcessUser | undefined;
}

/** What differs between MariaDB and MySQL for whoever launches them. */
export interface MysqlDialect {
  readonly product: 'MariaDB' | 'MySQL';
  /** The server's file: its own, or the loader that runs it. */
  readonly file: string;
  /** Writes what `initialise` reads into `directory`, and says how to fill an empty data directory. */
  initialise(directory: string, launch: ServerLaunch): Promise<ProgramCall>;
  argumentsFor(launch: ServerLaunch, port: number): readonly string[];
  /** Files of a data directory that no copy may have. */
  readonly ownFiles: readonly string[];
  /** Makes a server the replica of the one at this port of 127.0.0.1. */
  follow(port: number): readonly string[];
  /** Makes a replica a primary of its own. */
  readonly promote: readonly string[];
  /** Resolves once nothing more is applied. */
  readonly stopApplying: string;
  readonly startApplying: string;
}

/** The database of the tests, and the user who owns it and nothing else. */
export const DATABASE = 'rendezvous';

/** Statements, one a line, that make database and users. */
export const SET_UP_SQL: readonly string[] = [
  `CREATE DATABASE ${DATABASE};`,
  `CREATE USER ${DATABASE}@'127.0.0.1';`,
  `GRANT ALL ON ${DATABASE}.* TO ${DATABASE}@'127.0.0.1';`,
];

/** A server removes other servers' temporary files when it starts: each has a place of its own. */
export function toTemporaryDirectory(dataDirectory: string): string {
  return `${dataDirectory}-tmp`;
}

/** Settings that both take: little memory, nothing synced, complete replication. */
export function toSharedArguments(launch: ServerLaunch, port: number): string[] {
  const { dataDirectory, serverId, readOnly, user } = launch;
  return [
    `--datadir=${dataDirectory}`,
    `--port=${String(port)}`,
    '--bind-address=127.0.0.1',
    `--socket=${dataDirectory}/socket`,
    `--pid-file=${dataDirectory}/pid`,
    `--tmpdir=${toTemporaryDirectory(dataDirectory)}`,
    `--server-id=${String(serverId)}`,
    `--log-bin=${dataDirectory}/binlog`,
    `--relay-log=${dataDirectory}/relay`,
    '--skip-name-resolve',
    // What was committed survives a killed process; the data live as long as the run.
    '--innodb-flush-log-at-trx-commit=2',
    '--sync-binlog=0',
    '--innodb-buffer-pool-size=32M',
    '--performance-schema=OFF',
    '--log-bin-trust-function-creators=ON',
    '--local-infile=ON',
    '--max-connections=200',
    ...(readOnly ? ['--read-only=ON'] : []),
    ...(user === undefined ? [] : [`--user=${user.name}`]),
  ];
}
