/**
 * Checks the packages as users will install them: `npm run packages`, after a build. Each is packed;
 * publint and "are the types wrong" look at the tarball, in the resolution modes that it ships for.
 */
import { spawnSync } from 'node:child_process';
import { packAll } from './pack.mjs';
import { hasCommonJs, rootDirectory } from './workspace.mjs';

const failed = packAll().filter(({ workspacePackage: { manifest }, tarball }) => {
  const publint = succeeds('publint', [tarball, '--strict']);
  // `node16` is everything but the resolution of Node 10, which knows no subpath exports.
  const profile = hasCommonJs(manifest) ? 'node16' : 'esm-only';
  const types = succeeds('attw', [tarball, '--format', 'ascii', '--profile', profile]);
  const fit = publint && types;
  console.log(`${fit ? 'fit to publish' : 'NOT FIT'}: ${manifest.name}`);
  return !fit;
});

if (failed.length > 0) process.exitCode = 1;

/**
 * Runs a checker, and shows what it says only when it finds something.
 * @param {string} command
 * @param {string[]} parameters
 */
function succeeds(command, parameters) {
  const binary = `${rootDirectory}/node_modules/.bin/${command}`;
  const { status, stdout, stderr } = spawnSync(binary, parameters, { encoding: 'utf8' });
  if (status !== 0) console.error(`${command}:\n${stdout}${stderr}`);
  return status === 0;
}
