/** Where this machine has MariaDB's server, and the SQL that makes its system tables. */
import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { RendezvousError } from '@rendezvous/protocol';

export interface MariadbProgram {
  readonly server: string;
  /** Where `mysql_system_tables.sql` lies. */
  readonly sqlDirectory: string;
}

/** Beside the directories of the PATH: servers are often kept out of ordinary users' way. */
const SERVER_DIRECTORIES = ['/usr/sbin', '/usr/local/sbin', '/usr/libexec'];
const SQL_DIRECTORIES = ['share/mysql', 'share/mariadb'];

/** Rejects with `config_invalid`, and what to install, when there is none. */
export async function findMariadbProgram(
  directories: readonly string[] = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...SERVER_DIRECTORIES,
  ],
): Promise<MariadbProgram> {
  for (const directory of directories) {
    const file = join(directory, 'mariadbd');
    if (!(await isAccessible(file, constants.X_OK))) continue;
    const server = await realpath(file);
    for (const relative of SQL_DIRECTORIES) {
      const sqlDirectory = join(dirname(server), '..', relative);
      const tables = join(sqlDirectory, 'mysql_system_tables.sql');
      if (await isAccessible(tables, constants.R_OK)) return { server, sqlDirectory };
    }
  }
  throw new RendezvousError(
    'config_invalid',
    'MariaDB is not installed: mariadbd is not on the PATH; run: npm run setup (elsewhere: apt-get install mariadb-server-core, or brew install mariadb)',
  );
}

async function isAccessible(file: string, mode: number): Promise<boolean> {
  try {
    await access(file, mode);
    return true;
  } catch {
    return false;
  }
}
