// Cleans up after a launcher that may die in any way, `kill -9` included.
//
//   node reaper.mjs DIRECTORY
//
// Standard input is a pipe whose other end only the launcher holds. It says `+PID` when it started
// a process and `-PID` when that ended. When the pipe closes, whatever still runs is stopped and
// DIRECTORY is removed. Plain JavaScript, outside src/, because it must start without a loader.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long processes may take to stop by themselves before they are killed. */
const STOP_TIMEOUT_MS = 5_000;
const POLL_INTERVAL_MS = 20;

const [directory] = process.argv.slice(2);
const pids = new Set();

// The end of the pipe is the only reason to end: a terminal's Ctrl-C means the launcher.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const pid = Number(line.slice(1));
  if (line.startsWith('+')) pids.add(pid);
  else pids.delete(pid);
}

// To PostgreSQL a fast shutdown, to everything else the usual request to end.
signalAll('SIGINT');
// A process that is stopped gets the request only when it goes on.
signalAll('SIGCONT');
const deadline = performance.now() + STOP_TIMEOUT_MS;
while (pids.size > 0 && performance.now() < deadline) {
  await sleep(POLL_INTERVAL_MS);
  signalAll(0);
}
signalAll('SIGKILL');
if (directory !== undefined) {
  // What a killed server's children still write makes the first try fail.
  rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

/** Signals every process that is left, and forgets those that are gone. */
function signalAll(signal) {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      pids.delete(pid);
    }
  }
}
