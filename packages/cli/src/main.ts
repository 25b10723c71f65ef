/** The process: connects arguments, streams and signals to `runProgram`, and ends with its code. */
import { createInterrupt } from './interrupt.js';
import { runProgram } from './program.js';

const interrupt = createInterrupt((exitCode) => process.exit(exitCode));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interrupt.receive(signal, performance.now()));
}
// A reader that went away (`rendezvous status | head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runProgram(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interrupt.signal,
  onHangUp: (listener) => interrupt.onHangUp(listener),
  env: process.env,
  cwd: process.cwd(),
});
