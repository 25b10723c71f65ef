// Real runs of the program, everything that they start, and what is left of it. Started without the
// launcher of bin/, which would be what `kill -9` hits.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const PROGRAM = [
  '--conditions=rendezvous-source',
  '--import=tsx',
  fileURLToPath(new URL('../src/main.ts', import.meta.url)),
];

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The exit code, once the command and every process that shares its output are over. */
  readonly ended: Promise<number | null>;
  /** What the run keeps under its own temporary directory. */
  readonly leftovers: () => Promise<string[]>;
}

/** Starts a command with a temporary directory of its own, which must be empty again afterwards. */
export async function startCommand(args: readonly string[]): Promise<RunningCommand> {
  const directory = await createFolder();
  // PostgreSQL may run as somebody else.
  await chmod(directory, 0o755);
  const child = spawn(process.execPath, [...PROGRAM, ...args], {
    // Not the loader of the test runner, nor the user's own settings.
    env: { PATH: process.env.PATH, TMPDIR: directory },
    cwd: fileURLToPath(new URL('..', import.meta.url)),
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
export async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'command-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 20 }));
  return folder;
}

/** Rejects when the command is over before the condition holds. */
export async function until(run: RunningCommand, condition: () => boolean): Promise<void> {
  const over = run.ended.then((code) => {
    throw new Error(`ended with ${String(code)}: ${run.stderr()}`);
  });
  while (!condition()) await Promise.race([sleep(20), over]);
  over.catch(() => undefined);
}

/** Everything is gone; the test's own time limit is the deadline. */
export async function untilNothingIsLeft({ leftovers }: RunningCommand): Promise<void> {
  while ((await leftovers()).length > 0) await sleep(20);
}
