import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  createFolder,
  startCommand,
  until,
  untilNothingIsLeft,
} from '../../test/running-command.js';
import type { WindowJson } from './window-result.js';

test('a small run measures both stores, prints a table, and gives scripts an array', async () => {
  const report = join(await createFolder(), 'report.html');
  const size = ['--posts', '40', '--lag', '50', '--concurrency', '10', '--cross-region-rtt', '20'];
  const stores = ['--stores', 'redis,postgres'];
  const run = await startCommand([
    'bench',
    'window',
    ...stores,
    ...size,
    '--json',
    '--html',
    report,
  ]);
  const exitCode = await run.ended;
  const lines = run.stdout().trimEnd().split('\n');
  expect(lines, run.stderr()).toHaveLength(1);
  const json = JSON.parse(lines[0] ?? '') as WindowJson[];
  expect(json.map(({ store, posts }) => ({ store, posts }))).toEqual([
    { store: 'redis', posts: 40 },
    { store: 'postgres', posts: 40 },
  ]);
  for (const { baseline, rendezvous, alternatives } of json) {
    expect(baseline.staleReads).toBeGreaterThan(20);
    expect(rendezvous).toMatchObject({ staleReads: 0, timedOut: 0 });
    expect(alternatives.map(({ name }) => name)).toEqual(['nothing', 'sleep', 'poll', 'origin']);
    const [nothing, sleep, poll, origin] = alternatives;
    // One read each, whatever it sees; whoever looks again and again asks more often than once.
    expect([nothing, sleep, origin].map((each) => each?.storeOpsPerRead)).toEqual([1, 1, 1]);
    expect(poll?.storeOpsPerRead).toBeGreaterThan(1);
    expect([poll, origin].map((each) => each?.staleReads)).toEqual([0, 0]);
    expect(rendezvous.storeOpsPerRead).toBeGreaterThanOrEqual(1);
  }
  expect(exitCode).toBe(0);
  expect(run.stderr()).toMatch(/^ {2}redis .*\n {2}postgres /m);
  expect(await readFile(report, 'utf8')).toContain('<svg');
  await untilNothingIsLeft(run);
});

test('lags that are none are wrong usage', async () => {
  const run = await startCommand(['bench', 'window', '--lag', '50,fast']);
  expect(await run.ended).toBe(2);
  expect(run.stderr()).toContain('--lag takes whole ms from 0 to 60000');
});

test('Ctrl-C leaves neither processes nor files', async () => {
  const run = await startCommand(['bench', 'window', '--stores', 'redis', '--json']);
  await until(run, () => run.stderr().includes('With Rendezvous: '));
  run.child.kill('SIGINT');
  expect(await run.ended).toBe(130);
  await untilNothingIsLeft(run);
});

test.each([
  { stores: 'redis,mongodb', message: 'mysql, dynamodb, s3, not "mongodb"' },
  { stores: 'reids', message: 'Did you mean "redis"?' },
  { stores: 'redis,redis', message: '--stores names redis twice' },
  {
    stores: 'redis,',
    message: '--stores takes redis, postgres, mariadb, mysql, dynamodb, s3, not ""',
  },
])('--stores $stores is wrong usage and says what is right', async ({ stores, message }) => {
  const run = await startCommand(['bench', 'window', '--stores', stores]);
  expect(await run.ended).toBe(2);
  expect(run.stderr()).toContain(message);
  expect(run.stdout()).toBe('');
});
