import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty directory, gone when the test has finished. */
export async function createTemporaryDirectory(): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'rendezvous-server-')));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
