#!/usr/bin/env node
// Starts the command. A published package has dist/ and no src/; in the workspace it is the other
// way round: there the command runs from source, so that nothing needs to be built first.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const source = new URL('../src/main.ts', import.meta.url);

if (existsSync(source)) runFromSource(fileURLToPath(source));
else await import('../dist/main.js');

function runFromSource(main) {
  const loader = resolveLoader();
  if (loader === undefined) {
    const workspace = fileURLToPath(new URL('../../..', import.meta.url));
    console.error(`rendezvous: dependencies are not installed; run "npm install" in ${workspace}`);
    process.exitCode = 1;
    return;
  }
  const args = ['--conditions=rendezvous-source', '--import', loader, main];
  const child = spawn(process.execPath, [...args, ...process.argv.slice(2)], {
    stdio: 'inherit',
    // Otherwise the loader obeys the tsconfig.json of whatever folder the user is in.
    env: {
      ...process.env,
      TSX_TSCONFIG_PATH: fileURLToPath(new URL('../../../tsconfig.json', import.meta.url)),
    },
  });
  // A terminal sends Ctrl-C to the child as well; forwarded as SIGTERM it does not count as a second.
  process.on('SIGINT', () => child.kill('SIGTERM'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`rendezvous: cannot start ${process.execPath}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => endLike(code, signal));
}

function resolveLoader() {
  try {
    return import.meta.resolve('tsx');
  } catch {
    return undefined;
  }
}

/** Ends this process as the child ended, so that a caller sees no difference. */
function endLike(code, signal) {
  if (signal === null) {
    process.exitCode = code;
    return;
  }
  process.exitCode = 128 + constants.signals[signal];
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
