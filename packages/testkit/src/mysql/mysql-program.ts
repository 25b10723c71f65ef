/** Where this machine has MySQL's server: unpacked by `npm run setup`, or installed. */
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RendezvousError } from '@rendezvous/protocol';
import { findLoader, findUnpacked } from '../unpacked-program.js';

export interface MysqlProgram {
  /** The server, or the loader that runs it. */
  readonly file: string;
  /** What comes before the server's own arguments. */
  readonly before: readonly string[];
  /** Where its messages, character sets and plugins lie. */
  readonly places: readonly string[];
}

/**
 * The server unpacked in `directory`, which runs with the libraries that came with it. Undefined when
 * there is none: MySQL cannot be had for every machine.
 */
export async function findMysqlProgram(
  directory: string = findUnpacked('mysql'),
): Promise<MysqlProgram | undefined> {
  const usr = join(directory, 'usr');
  const server = join(usr, 'sbin', 'mysqld');
  try {
    await access(server);
    const loader = await findLoader(usr);
    const libraries = dirname(loader);
    const libraryPath = `${libraries}:${join(libraries, 'mysql', 'private')}`;
    return {
      file: loader,
      before: ['--library-path', libraryPath, server],
      places: [
        `--basedir=${usr}`,
        `--plugin-dir=${join(usr, 'lib/mysql/plugin')}`,
        `--lc-messages-dir=${join(usr, 'share/mysql')}`,
        `--character-sets-dir=${join(usr, 'share/mysql/charsets')}`,
      ],
    };
  } catch {
    return undefined;
  }
}

/** The same, or `config_invalid` with what to do. */
export async function requireMysqlProgram(): Promise<MysqlProgram> {
  const program = await findMysqlProgram();
  if (program !== undefined) return program;
  throw new RendezvousError(
    'config_invalid',
    'MySQL is not there: run npm run setup, which unpacks it on Debian where it can be had',
  );
}
