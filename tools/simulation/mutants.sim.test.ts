import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('../sim-mutants.mjs', import.meta.url));

/** All of it, with more seeds and every condition of the core, is `npm run sim:mutants`. */
test("every rule's mutant is caught within 100 simulated deployments", async () => {
  const code = await new Promise<number | null>((resolve, reject) => {
    const args = [program, '--seeds', '100', '--sample', '0'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', resolve);
  });
  expect(code).toBe(0);
});
