/**
 * Whole deployments in virtual time: the very core of the server, with everything around it simulated
 * and failing, checked against a model that knows what is visible where. See docs/testing.md.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createSchedule } from './actions.js';
import { run } from './run-simulation.js';

const program = fileURLToPath(new URL('../../../../tools/sim.mjs', import.meta.url));

/** Runs the command as users do, with what it says on the screen; resolves with its exit code. */
function simulate(args: readonly string[]): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', reject);
    child.on('close', resolve);
  });
}

it('keeps its promises in 1,000 simulated deployments, and reaches every cell of the table', async () => {
  expect(await simulate(['--seeds', '1000'])).toBe(0);
});

it('replays a seed exactly', () => {
  const actions = createSchedule(1, 200);
  expect(run(1, actions, true)).toEqual(run(1, actions, true));
});
