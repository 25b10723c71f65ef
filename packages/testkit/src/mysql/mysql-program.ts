/** Where this machine has MySQL's server: unpacked by `npm run setup`, or installed. */
import { access, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { RendezvousError } from '@rendezvous/protocol';

export interface MysqlProgram {
  /** The server, or the loader that runs it. */
  readonly file: string;
  /** What comes before the server's own arguments. */
  readonly before: readonly string[];
  /** Where its messages, character sets and plugins lie. */
  readonly places: readonly string[];
}

/** Where `npm run setup` unpacks MySQL: for root a place that the servers' user can read, too. */
function findMysqlDirectory(): string {
  if (process.getuid?.() === 0) return '/var/cache/rendezvous/mysql';
  const cache = process.env['XDG_CACHE_HOME'] ?? '';
  return join(cache === '' ? join(homedir(), '.cache') : cache, 'rendezvous', 'mysql');
}

/**
 * The server unpacked in `directory`, which runs with the libraries that came with it. Undefined when
 * there is none: MySQL cannot be had for every machine.
 */
export async function findMysqlProgram(
  directory: string = findMysqlDirectory(),
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

/** The C library's loader, under the name that each architecture gives it. */
async function findLoader(usr: string): Promise<string> {
  const loader =
    process.arch === 'arm64'
      ? 'lib/aarch64-linux-gnu/ld-linux-aarch64.so.1'
      : 'lib/x86_64-linux-gnu/ld-linux-x86-64.so.2';
  return realpath(join(usr, loader));
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
