/**
 * Checks the packages as users will install them: `npm run packages`, after a build. Each is packed;
 * publint and "are the types wrong" look at the tarball, in the resolution modes that it ships for;
 * and each of its exports is loaded from the staged install, which also says whether its commands run.
 */
import { spawnSync } from 'node:child_process';
import { posix } from 'node:path';
import { packAll, packDirectory } from './pack.mjs';
import { hasCommonJs, rootDirectory } from './workspace.mjs';

/** @import { Manifest } from './workspace.mjs' */

const binaries = `${rootDirectory}/node_modules/.bin`;

const failed = packAll().filter(({ workspacePackage: { manifest }, tarball }) => {
  const publint = succeeds(`${binaries}/publint`, [tarball, '--strict']);
  // `node16` is everything but the resolution of Node 10, which knows no subpath exports.
  const profile = hasCommonJs(manifest) ? 'node16' : 'esm-only';
  const types = succeeds(`${binaries}/attw`, [tarball, '--format', 'ascii', '--profile', profile]);
  const fit = publint && types && loads(manifest);
  console.log(`${fit ? 'fit to publish' : 'NOT FIT'}: ${manifest.name}`);
  return !fit;
});

if (failed.length > 0) process.exitCode = 1;

/**
 * Loads every export with `import`, and with `require` where it ships CommonJS; asks every command
 * for its `--help`.
 * @param {Manifest} manifest
 */
function loads({ name, exports = {}, bin = {} }) {
  const specifiers = JSON.stringify(
    Object.keys(exports).map((subpath) => posix.join(name, subpath)),
  );
  const importAll = `for (const name of ${specifiers}) await import(name);`;
  const requireAll = `for (const name of ${specifiers}) require(name);`;
  return (
    succeeds(process.execPath, ['--input-type=module', '--eval', importAll]) &&
    (!hasCommonJs({ exports }) || succeeds(process.execPath, ['--eval', requireAll])) &&
    Object.values(bin).every((path) =>
      succeeds(process.execPath, [posix.join('node_modules', name, path), '--help']),
    )
  );
}

/**
 * Runs a checker, and shows what it says only when it finds something.
 * @param {string} command
 * @param {string[]} parameters
 */
function succeeds(command, parameters) {
  const { status, stdout, stderr } = spawnSync(command, parameters, {
    cwd: packDirectory,
    encoding: 'utf8',
  });
  if (status !== 0) console.error(`${command} ${parameters.join(' ')}:\n${stdout}${stderr}`);
  return status === 0;
}
