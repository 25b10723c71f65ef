import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { RendezvousError } from '@rendezvous/protocol';

/** Where journals are kept while they are measured. */
export interface DataPlace {
  readonly directory: string;
  /** A file system in memory, where a sync costs nothing. */
  readonly isInMemory: boolean;
}

/** Of Linux: tmpfs and ramfs. */
const MEMORY_FILE_SYSTEMS: readonly number[] = [0x01021994, 0x858458f6];

/**
 * `given` is the option's value, relative to `cwd`; undefined: the system's temporary directory.
 * Rejects with `config_invalid` when nothing can be written there.
 */
export async function findDataPlace(given: string | undefined, cwd: string): Promise<DataPlace> {
  const directory = given === undefined ? tmpdir() : resolve(cwd, given);
  try {
    await access(directory, constants.W_OK);
    const { type } = await statfs(directory);
    return { directory, isInMemory: MEMORY_FILE_SYSTEMS.includes(type) };
  } catch (cause) {
    throw new RendezvousError(
      'config_invalid',
      `bench open: journals cannot be kept in ${directory}; name an existing folder with --data DIR`,
      { cause },
    );
  }
}
