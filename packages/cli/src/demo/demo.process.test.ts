/**
 * The demo's real process, everything that it starts, and what is left of it. Started without the
 * launcher of bin/, which would be what `kill -9` hits.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { DemoJson } from './demo-result.js';

const PROGRAM = [
  '--conditions=rendezvous-source',
  '--import=tsx',
  fileURLToPath(new URL('../main.ts', import.meta.url)),
];

interface Run {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The exit code, once the command and every process that shares its output are over. */
  readonly ended: Promise<number | null>;
  /** What the run keeps under its own temporary directory. */
  readonly leftovers: () => Promise<string[]>;
}

/** Starts the command with a temporary directory of its own, which must be empty again afterwards. */
async function startDemo(args: readonly string[]): Promise<Run> {
  const directory = await createFolder();
  // PostgreSQL may run as somebody else.
  await chmod(directory, 0o755);
  const child = spawn(process.execPath, [...PROGRAM, 'demo', ...args], {
    // Not the loader of the test runner, nor the user's own settings.
    env: { PATH: process.env.PATH, TMPDIR: directory },
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  return {
    child,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    ended: once(child, 'close').then(([code]) => code as number | null),
    // tsx keeps its cache there, too.
    leftovers: async () =>
      (await readdir(directory)).filter((name) => name.startsWith('rendezvous')),
  };
}

/** A folder for this test alone. */
async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'demo-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 20 }));
  return folder;
}

/** Rejects when the command is over before the condition holds. */
async function until(run: Run, condition: () => boolean): Promise<void> {
  const over = run.ended.then((code) => {
    throw new Error(`ended with ${String(code)}: ${run.stderr()}`);
  });
  while (!condition()) await Promise.race([sleep(20), over]);
  over.catch(() => undefined);
}

/** Everything is gone; the test's own time limit is the deadline. */
async function untilNothingIsLeft({ leftovers }: Run): Promise<void> {
  while ((await leftovers()).length > 0) await sleep(20);
}

test('a small run finds stale reads without Rendezvous, none with it, and says so to scripts', async () => {
  const report = join(await createFolder(), 'report.html');
  const size = ['--posts', '60', '--lag', '50', '--concurrency', '10'];
  const run = await startDemo([...size, '--json', '--html', report]);
  const exitCode = await run.ended;
  const lines = run.stdout().trimEnd().split('\n');
  expect(lines, run.stderr()).toHaveLength(1);
  const json = JSON.parse(lines[0] ?? '') as DemoJson;
  const milliseconds: unknown = expect.any(Number);
  const summary = { p50: milliseconds, p99: milliseconds };
  expect(json).toEqual({
    store: 'postgres',
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
});

test.each([
  { signal: 'SIGINT', posts: '100000', step: 'Without Rendezvous' },
  { signal: 'SIGTERM', posts: '500', step: 'With Rendezvous: ' },
  { signal: 'SIGKILL', posts: '500', step: 'With Rendezvous: ' },
] as const)(
  '$signal at "$step" leaves neither processes nor files',
  async ({ signal, posts, step }) => {
    const run = await startDemo(['--posts', posts, '--lag', '20', '--json']);
    await until(run, () => run.stderr().includes(step));
    expect(await run.leftovers()).not.toEqual([]);
    run.child.kill(signal);
    const exitCode = await run.ended;
    if (signal !== 'SIGKILL') expect(exitCode).toBe(130);
    await untilNothingIsLeft(run);
  },
);

test.each([
  { args: ['--store', 'mysql'], message: '--store must be postgres, not "mysql"' },
  { args: ['--posts', '0'], message: '--posts must be a whole number from 1 to' },
  { args: ['--lag', '-1'], message: '--lag' },
  { args: ['--html', 'no/such/folder/report.html'], message: '--html FILE' },
])('wrong usage exits with 2 and says what is right: $args', async ({ args, message }) => {
  const run = await startDemo(args);
  expect(await run.ended).toBe(2);
  expect(run.stderr()).toContain(message);
  expect(run.stdout()).toBe('');
});

test('a run that cannot show anything exits with 3 and says why', async () => {
  const run = await startDemo(['--posts', '1', '--lag', '0', '--concurrency', '1', '--json']);
  const exitCode = await run.ended;
  const { baseline } = JSON.parse(run.stdout()) as DemoJson;
  // Without a lag even one read may be stale by chance; then the run has shown something.
  expect(exitCode).toBe(baseline.staleReads === 0 ? 3 : 0);
  await untilNothingIsLeft(run);
});
