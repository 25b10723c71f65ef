/**
 * Builds every package into its dist/: one output file per source file, so that stack traces stay
 * readable, with declarations beside it. `npm run build`.
 *
 * package.json is the one source of truth: what is built is what `exports` names under the
 * `rendezvous-source` condition, and of a package with a `bin` the programs that it starts:
 * `src/main.ts` and every `*-process.ts`. CommonJS is built where `exports` has a `require`
 * condition. Any warning fails the build, and so does an export whose file did not come out.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { build } from 'tsdown';
import {
  hasCommonJs,
  listPackages,
  listTargets,
  rootDirectory,
  SOURCE_CONDITION,
} from './workspace.mjs';

/** @import { WorkspacePackage } from './workspace.mjs' */

for (const workspacePackage of listPackages()) await buildPackage(workspacePackage);

/** @param {WorkspacePackage} workspacePackage */
async function buildPackage(workspacePackage) {
  const { directory, folder, manifest } = workspacePackage;
  rmSync(`${directory}/dist`, { recursive: true, force: true });
  await build({
    config: false,
    cwd: directory,
    root: `${directory}/src`,
    entry: listEntries(workspacePackage),
    format: hasCommonJs(manifest) ? ['esm', 'cjs'] : ['esm'],
    platform: 'node',
    target: 'es2022',
    tsconfig: `${rootDirectory}/tsconfig.json`,
    unbundle: true,
    fixedExtension: false,
    hash: false,
    clean: false,
    dts: true,
    // Dependencies stay imports; the list of those that may be copied in is empty.
    deps: { onlyBundle: [] },
    checks: { legacyCjs: false },
    failOnWarn: true,
    report: false,
    logLevel: 'warn',
  });
  assertExportsExist(workspacePackage);
  console.log(`built ${folder}`);
}

/**
 * @param {WorkspacePackage} workspacePackage
 * @returns {string[]} Relative to the package; with more in front, tsdown writes outside of dist/.
 */
function listEntries({ directory, manifest }) {
  const sources = Object.values(manifest.exports ?? {}).flatMap((target) =>
    typeof target === 'string' ? [] : listTargets(target[SOURCE_CONDITION] ?? {}, () => true),
  );
  const programs = manifest.bin === undefined ? [] : listPrograms(directory);
  return [...sources.map((path) => path.slice('./'.length)), ...programs];
}

/** @param {string} directory */
function listPrograms(directory) {
  return readdirSync(`${directory}/src`, { encoding: 'utf8', recursive: true })
    .filter((path) => path === 'main.ts' || path.endsWith('-process.ts'))
    .map((path) => `src/${path}`);
}

/** @param {WorkspacePackage} workspacePackage */
function assertExportsExist({ directory, manifest }) {
  const missing = Object.values(manifest.exports ?? {})
    .flatMap((target) => listTargets(target, (condition) => condition !== SOURCE_CONDITION))
    .filter((path) => !existsSync(`${directory}/${path}`));
  if (missing.length > 0) {
    throw new Error(
      `${manifest.name} exports files that the build did not write: ${missing.join(', ')}`,
    );
  }
}
