// Whatever ends the owner of a pair, the servers and their files are gone soon after. The owner is
// a process of its own here, because each case ends it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const OWNER = fileURLToPath(new URL('./pair-owner.ts', import.meta.url));
const FROM_SOURCE = ['--conditions=rendezvous-source', '--import', 'tsx'];

/** The ways in which an owner ends without a chance to clean up. */
export const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGINT'] as const;

/** Ends an owner of a pair by `signal`, and waits until nothing of the pair is left. */
export async function expectNothingLeft(
  store: 'mariadb' | 'postgres' | 'redis',
  signal: NodeJS.Signals,
): Promise<void> {
  const owner = spawn(process.execPath, [...FROM_SOURCE, OWNER, store], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
  const { ports, directory } = JSON.parse(line) as { ports: number[]; directory: string };
  expect(existsSync(directory)).toBe(true);
  owner.kill(signal);
  // The test's own time limit is the deadline.
  while (existsSync(directory)) await sleep(20);
  for (const port of ports) expect(await isRefused(port)).toBe(true);
}

async function isRefused(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const refused = await Promise.race([
    once(socket, 'connect').then(() => false),
    once(socket, 'error').then(() => true),
  ]).catch(() => true);
  socket.destroy();
  return refused;
}
