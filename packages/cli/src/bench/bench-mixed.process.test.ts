import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  createFolder,
  startCommand,
  until,
  untilNothingIsLeft,
} from '../../test/running-command.js';
import type { MixedJson } from './mixed-report.js';

test('a short run reads what was written in the other region, and says how long it took', async () => {
  const report = join(await createFolder(), 'report.html');
  const load = ['--rate', '200', '--duration', '2000', '--lag', '50', '--fresh-share', '0.5'];
  const run = await startCommand(['bench', 'mixed', ...load, '--json', '--html', report]);
  const exitCode = await run.ended;
  expect(exitCode, run.stderr()).toBe(0);
  const lines = run.stdout().trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  const [json] = JSON.parse(lines[0] ?? '') as MixedJson[];
  expect(json).toMatchObject({ store: 'redis', staleReads: 0, timedOut: 0, unanswered: 0 });
  const { writes, reads, blockedReads, timeline } = json ?? {};
  expect(writes?.count).toBe(40);
  expect((reads?.count ?? 0) + (blockedReads?.count ?? 0)).toBe(360);
  expect(blockedReads?.count).toBeGreaterThan(0);
  expect(timeline).toHaveLength(2);
  expect(await readFile(report, 'utf8')).toContain('<svg');
  await untilNothingIsLeft(run);
});

test('Ctrl-C leaves neither processes nor files', async () => {
  const run = await startCommand(['bench', 'mixed', '--json']);
  await until(run, () => run.stderr().includes('operations a second for 60 s'));
  run.child.kill('SIGINT');
  expect(await run.ended).toBe(130);
  await untilNothingIsLeft(run);
});

test.each([
  { options: ['--write-share', '1'], message: '--write-share takes a number from 0.01 to 0.99' },
  { options: ['--fresh-share', 'most'], message: '--fresh-share takes a number from 0 to 1' },
  { options: ['--store', 'reids'], message: 'redis' },
])('$options is wrong usage and says what is right', async ({ options, message }) => {
  const run = await startCommand(['bench', 'mixed', ...options]);
  expect(await run.ended).toBe(2);
  expect(run.stderr()).toContain(message);
});
