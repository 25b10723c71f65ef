import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  createFolder,
  startCommand,
  until,
  untilNothingIsLeft,
} from '../../test/running-command.js';
import type { DemoJson } from './demo-result.js';

test.each([
  { store: 'postgres', runtime: 'process', lag: '50' },
  { store: 'redis', runtime: 'process', lag: '50' },
  // A notification takes longer through SNS, SQS and Lambda.
  { store: 'postgres', runtime: 'lambda', lag: '300' },
])(
  'a small run on $store, runtime $runtime, finds stale reads without Rendezvous, none with it, and says so to scripts',
  async ({ store, runtime, lag }) => {
    const report = join(await createFolder(), 'report.html');
    const size = ['--store', store, '--posts', '60', '--lag', lag, '--concurrency', '10'];
    const kind = ['--runtime', runtime];
    const run = await startCommand(['demo', ...size, ...kind, '--json', '--html', report]);
    const exitCode = await run.ended;
    const lines = run.stdout().trimEnd().split('\n');
    expect(lines, run.stderr()).toHaveLength(1);
    const json = JSON.parse(lines[0] ?? '') as DemoJson;
    const milliseconds: unknown = expect.any(Number);
    const summary = { p50: milliseconds, p99: milliseconds };
    expect(json).toEqual({
      store,
      posts: 60,
      replicationLagMs: summary,
      baseline: { staleReads: milliseconds, windowMs: summary },
      rendezvous: {
        staleReads: 0,
        prevented: milliseconds,
        timedOut: 0,
        windowMs: summary,
        wakeMs: summary,
      },
    });
    expect(json.baseline.staleReads).toBeGreaterThan(30);
    expect(json.rendezvous.prevented).toBeGreaterThan(30);
    expect(exitCode).toBe(0);
    expect(run.stderr()).toContain('resolution');
    expect(await readFile(report, 'utf8')).toContain('<svg');
    await untilNothingIsLeft(run);
  },
);

test.each([
  { signal: 'SIGINT', runtime: 'process', posts: '100000', step: 'Without Rendezvous' },
  { signal: 'SIGTERM', runtime: 'process', posts: '500', step: 'With Rendezvous: ' },
  { signal: 'SIGKILL', runtime: 'process', posts: '500', step: 'With Rendezvous: ' },
  { signal: 'SIGINT', runtime: 'lambda', posts: '500', step: 'Without Rendezvous: ' },
  { signal: 'SIGKILL', runtime: 'lambda', posts: '500', step: 'Without Rendezvous: ' },
] as const)(
  '$signal at "$step" of the runtime $runtime leaves neither processes nor files',
  async ({ signal, runtime, posts, step }) => {
    const size = ['--posts', posts, '--lag', '20'];
    const run = await startCommand(['demo', '--runtime', runtime, ...size, '--json']);
    await until(run, () => run.stderr().includes(step));
    expect(await run.leftovers()).not.toEqual([]);
    run.child.kill(signal);
    const exitCode = await run.ended;
    if (signal !== 'SIGKILL') expect(exitCode).toBe(130);
    await untilNothingIsLeft(run);
  },
);

test.each([
  { args: ['--store', 'mongodb'], message: 'mysql or dynamodb or s3, not "mongodb"' },
  { args: ['--runtime', 'lambda', '--store', 'redis'], message: 'no --store redis' },
  { args: ['--posts', '0'], message: '--posts must be a whole number from 1 to' },
  { args: ['--lag', '-1'], message: '--lag' },
  { args: ['--html', 'no/such/folder/report.html'], message: '--html FILE' },
])('wrong usage exits with 2 and says what is right: $args', async ({ args, message }) => {
  const run = await startCommand(['demo', ...args]);
  expect(await run.ended).toBe(2);
  expect(run.stderr()).toContain(message);
  expect(run.stdout()).toBe('');
});

test('a run that cannot show anything exits with 3 and says why', async () => {
  const size = ['--posts', '1', '--lag', '0', '--concurrency', '1'];
  const run = await startCommand(['demo', ...size, '--json']);
  const exitCode = await run.ended;
  const { baseline } = JSON.parse(run.stdout()) as DemoJson;
  // Without a lag even one read may be stale by chance; then the run has shown something.
  expect(exitCode).toBe(baseline.staleReads === 0 ? 3 : 0);
  await untilNothingIsLeft(run);
});
