/** Where this machine has Redis, or Valkey, which takes the same commands. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { RendezvousError } from '@rendezvous/protocol';

/** In this order: who has both has asked for Redis. */
const NAMES = ['redis-server', 'valkey-server'];

/**
 * The server's file in one of `directories` (default: those of the PATH). Rejects with
 * `config_invalid`, and what to install, when there is none.
 */
export async function findRedisProgram(
  directories: readonly string[] = (process.env['PATH'] ?? '').split(delimiter),
): Promise<string> {
  for (const name of NAMES) {
    for (const directory of directories) {
      const file = join(directory, name);
      if (await isExecutable(file)) return file;
    }
  }
  throw new RendezvousError(
    'config_invalid',
    `Redis is not installed: neither ${NAMES.join(' nor ')} is on the PATH; run: npm run setup (elsewhere: apt-get install redis-server, or brew install redis)`,
  );
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
