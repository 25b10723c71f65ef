/**
 * Simulates whole deployments in virtual time: `npm run sim -- --seeds 1000`, `--help` tells more.
 * The simulator is bundled first: it starts in a moment, and what is mutated is bundled the same way.
 */
import { spawn } from 'node:child_process';
import { bundleSimulation } from './simulation/bundle-simulation.mjs';

const program = await bundleSimulation('main');
const child = spawn(process.execPath, ['--enable-source-maps', program, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
// Ctrl-C goes to both; the simulation says what it has done so far, and this waits for it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
