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
const SILENCE_MS_MAX = 45_000;

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
  /** @type {unknown} */
  const parsed = JSON.parse(output);
  const { failure } = /** @type {{ failure?: { seed: number, message: string } }} */ (parsed);
  if (!failure) return { caught: false, by: '', seed: 0 };
  const check = failure.message.split(':', 1)[0] ?? '';
  return { caught: true, by: `${check} at seed ${failure.seed}`, seed: failure.seed };
}

/**
 * @param {import('./bundle-simulation.mjs').ChangedFile} changed
 * @param {string} test Its file, below the root.
 * @param {string} [title] Part of the title of the only test to run.
 * @returns {Promise<Judgement>}
 */
export async function testMutant(changed, test, title = '') {
  if ((await runTest(test, title)) !== 0) {
    throw new Error(`${test} fails on the code as it is: it would prove nothing about a mutant`);
  }
  const caught = (await runTest(test, title, changed)) === 1;
  return { caught, by: caught ? test : '', seed: 0 };
}

/**
 * @param {string} test
 * @param {string} title
 * @param {import('./bundle-simulation.mjs').ChangedFile} [changed]
 * @returns {Promise<number | null>} The exit code.
 */
async function runTest(test, title, changed) {
  const config = 'tools/simulation/mutant.vitest.config.ts';
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', config, test, '-t', title];
  // On CI a skipped test fails the run; here all others of the file are skipped.
  const env = { CI: '', RENDEZVOUS_MUTANT: JSON.stringify(changed ?? {}) };
  const { code } = await run(process.execPath, args, env);
  return code;
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
