// The benchmarks of a node alone, small.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFolder, startCommand, untilNothingIsLeft } from '../../test/running-command.js';

async function runBench(...args: readonly string[]): Promise<unknown[]> {
  const report = join(await createFolder(), 'report.html');
  const run = await startCommand(['bench', ...args, '--json', '--html', report]);
  expect(await run.ended, run.stderr()).toBe(0);
  const rows = JSON.parse(run.stdout()) as unknown[];
  expect(JSON.parse(await readFile(report.replace('.html', '.json'), 'utf8'))).toEqual(rows);
  expect(await readFile(report, 'utf8')).toContain('<svg ');
  await untilNothingIsLeft(run);
  return rows;
}

test('bench wait: every wait is woken, and what is closed is answered', async () => {
  const rows = await runBench('wait', '--waiters', '1,20', '--duration', '200');
  expect(rows).toMatchObject([{ waiters: 1 }, { waiters: 20 }, { waiters: 0 }]);
  expect(rows[2]).toHaveProperty('waitsPerSec', expect.any(Number));
});

test('bench memory: the node holds what was opened, and closes all of it', async () => {
  const [row] = await runBench('memory', '--branches', '2000', '--after', '1');
  expect(row).toMatchObject({ branches: 2_000, rssAfterBytes: expect.any(Number) as number });
});

test('bench sessions: every client comes back to the node that was started again', async () => {
  const [row] = await runBench('sessions', '--sessions', '20');
  expect(row).toMatchObject({ sessions: 20, returnMs: { max: expect.any(Number) as number } });
});

test.each([
  ['wait', ['--waiters', '0'], '--waiters takes whole numbers from 1 to 100000, not "0"'],
  ['memory', ['--journal', 'paper'], '--journal is one of memory, embedded, not "paper"'],
])('bench %s %s: says what is right', async (name, args, message) => {
  const run = await startCommand(['bench', name, ...args]);
  expect(await run.ended).toBe(2);
  expect(run.stderr()).toContain(message);
});
