import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findRedisProgram } from './redis-program.js';

/** Two folders, each with these programs. */
async function setup(...programs: readonly (readonly string[])[]): Promise<string[]> {
  const root = await mkdtemp(join(tmpdir(), 'redis-program-test-'));
  onTestFinished(() => rm(root, { recursive: true }));
  return Promise.all(
    programs.map(async (names, index) => {
      const folder = join(root, String(index));
      await mkdir(folder);
      for (const name of names) await writeFile(join(folder, name), '', { mode: 0o755 });
      return folder;
    }),
  );
}

test('Redis is found before Valkey, wherever each is', async () => {
  const [first = '', second = ''] = await setup(['valkey-server'], ['redis-server']);
  expect(await findRedisProgram([first, second])).toBe(join(second, 'redis-server'));
});

test('Valkey will do where there is no Redis', async () => {
  const folders = await setup([], ['valkey-server']);
  expect(await findRedisProgram(folders)).toMatch(/valkey-server$/);
});

test('without either the error says what to run', async () => {
  const error = findRedisProgram(await setup([]));
  await expect(error).rejects.toThrow(/npm run setup/);
  await expect(error).rejects.toMatchObject({ code: 'config_invalid' });
});
