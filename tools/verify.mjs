/**
 * Runs every check in turn, the quick ones first, and stops at the first that fails: `npm run
 * verify`. Tests come last, so that their summary is the last thing on the screen.
 * `--without-tests` leaves them out, for CI, which runs them through README's own line.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { rootDirectory } from './workspace.mjs';

/** Scripts of the root package.json, in order. */
const checks = ['format:check', 'lint', 'types', 'boundaries', 'build', 'packages', 'size', 'knip'];

const { values } = parseArgs({ options: { 'without-tests': { type: 'boolean', default: false } } });

process.exitCode = runAll(values['without-tests'] ? checks : [...checks, 'test']);

/**
 * @param {readonly string[]} scripts
 * @returns {number} The exit code.
 */
function runAll(scripts) {
  for (const script of scripts) {
    const startedMs = performance.now();
    // The tests' summary stays last: no line of ours after them.
    const speaks = script !== 'test';
    if (speaks) console.log(`\n▶ ${script}`);
    const { status } = spawnSync('npm', ['run', '--silent', script], {
      cwd: rootDirectory,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    if (status !== 0) {
      console.error(`\n✖ verify stopped at "${script}" (npm run ${script})`);
      return 1;
    }
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    if (speaks) console.log(`✔ ${script} (${seconds} s)`);
  }
  return 0;
}
