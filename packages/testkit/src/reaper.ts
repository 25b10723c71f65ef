/**
 * Nothing that the testkit starts outlives the process that started it.
 *
 * A reaper is a small process beside the owner. It removes the owner's temporary directory and
 * stops the servers in it once the owner is gone: after a clean shutdown, an uncaught exception, a
 * signal, and `kill -9` alike, because each of them closes the pipe between the two. So the owner
 * needs no exit handlers, which could not catch every end anyway.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Reaper {
  /** Stops this process, too, when the owner is gone. */
  watch(pid: number): void;
  /** The process ended: its id may soon be somebody else's. */
  forget(pid: number): void;
  /** Stops what is left, removes the directory and resolves when both is done. */
  release(): Promise<void>;
}

/** Starts the reaper of one directory. Neither it nor its pipe keeps the owner running. */
export function startReaper(directory: string): Reaper {
  const program = fileURLToPath(new URL('../bin/reaper.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, directory], {
    // A session of its own: the terminal's Ctrl-C must not reach it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    // Not the owner's NODE_OPTIONS: a loader or an inspector has no business here.
    env: {},
  });
  const ended = once(child, 'exit');
  ended.catch(() => undefined);
  // A reaper that was killed must not take the owner with it.
  child.stdin.on('error', () => undefined);
  child.unref();
  return {
    watch: (pid) => void child.stdin.write(`+${String(pid)}\n`),
    forget: (pid) => void child.stdin.write(`-${String(pid)}\n`),
    release: async () => {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}
