/** Runs one mutant until something catches it: the simulation, or a test that is named. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { rootDirectory } from '../workspace.mjs';
import { bundleSimulation } from './bundle-simulation.mjs';

/**
 * @typedef {object} Judgement
 * @property {boolean} caught
 * @property {string} by What caught it: `SAFETY at seed 4`, or the test's file.
 * @property {number} seed The seed that failed; 0 when none did.
 */

/** A chunk of ten seeds takes about a second: in so long nothing but a loop without end is at work. */
const SILENCE_MS_MAX = 90_000;

let bundleCount = 0;

/**
 * @param {import('./bundle-simulation.mjs').ChangedFile} changed
 * @param {number} seedCount
 * @returns {Promise<Judgement>}
 */
export async function simulateMutant(changed, seedCount) {
  const name = `mutant-${process.pid}-${bundleCount++}`;
  const program = await bundleSimulation(name, changed);
  const args = [program, '--quick', '--json', '--workers', '1', '--seeds', String(seedCount)];
  const { output, isSilent, code } = await run(process.execPath, args);
  rmSync(program);
  if (isSilent) return { caught: true, by: 'a loop without end', seed: 0 };
  if (output === '') return { caught: true, by: `the end of the process (${code})`, seed: 0 };
  /** @type {{ failure?: { seed: number, message: string } }} */
  const { failure } = JSON.parse(output);
  if (!failure) return { caught: false, by: '', seed: 0 };
  const check = failure.message.split(':', 1)[0] ?? '';
  return { caught: true, by: `${check} at seed ${failure.seed}`, seed: failure.seed };
}

/**
 * @param {import('./bundle-simulation.mjs').ChangedFile} changed
 * @param {string} test Its file, below the root.
 * @returns {Promise<Judgement>}
 */
export async function testMutant(changed, test) {
  const config = 'tools/simulation/mutant.vitest.config.ts';
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', config, test];
  const { code } = await run(process.execPath, args, {
    RENDEZVOUS_MUTANT: JSON.stringify(changed),
  });
  return { caught: code === 1, by: code === 1 ? test : '', seed: 0 };
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<{ output: string, isSilent: boolean, code: number | null }>}
 */
function run(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: rootDirectory,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let isSilent = false;
    const stop = () => {
      isSilent = true;
      child.kill('SIGKILL');
    };
    let timer = setTimeout(stop, SILENCE_MS_MAX);
    child.stdout.on('data', (/** @type {Buffer} */ chunk) => (output += chunk.toString()));
    child.stderr.on('data', () => {
      clearTimeout(timer);
      timer = setTimeout(stop, SILENCE_MS_MAX);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ output, isSilent, code });
    });
  });
}
