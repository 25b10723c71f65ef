/**
 * Packs every package as it would be published, into .cache/pack/: `npm run pack`, after a build.
 *
 * Each package is staged as a copy (its `files`, the licence, a package.json without the private
 * source condition) and packed from there. A `prepack` script would have to rewrite the
 * package.json that everybody works with, and to put it back also after a failure; a copy cannot
 * leave the workspace half rewritten. Publish the tarballs: `npm publish .cache/pack/<tarball>`.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { listPackages, rootDirectory, SOURCE_CONDITION } from './workspace.mjs';

/** @import { ExportTarget, Manifest, WorkspacePackage } from './workspace.mjs' */

/** Where the tarballs lie, and the staged packages as an install of them all would lay them out. */
export const packDirectory = `${rootDirectory}/.cache/pack`;

/**
 * Packs all packages and returns their tarballs, in build order. What was packed before is removed.
 * @returns {{ workspacePackage: WorkspacePackage, tarball: string }[]}
 */
export function packAll() {
  rmSync(packDirectory, { recursive: true, force: true });
  return listPackages().map((workspacePackage) => ({
    workspacePackage,
    tarball: packStaged(stagePackage(workspacePackage), workspacePackage.manifest),
  }));
}

/** @param {WorkspacePackage} workspacePackage */
function stagePackage({ directory, folder, manifest }) {
  const staging = `${packDirectory}/node_modules/${manifest.name}`;
  mkdirSync(staging, { recursive: true });
  for (const file of manifest.files ?? []) {
    if (!existsSync(`${directory}/${file}`)) {
      throw new Error(`${folder}/${file} does not exist: run "npm run build" first.`);
    }
    cpSync(`${directory}/${file}`, `${staging}/${file}`, { recursive: true });
  }
  cpSync(`${rootDirectory}/LICENSE`, `${staging}/LICENSE`);
  if (existsSync(`${directory}/README.md`))
    cpSync(`${directory}/README.md`, `${staging}/README.md`);
  writeFileSync(`${staging}/package.json`, toPublishedManifest(manifest));
  return staging;
}

/** @param {Manifest} manifest */
function toPublishedManifest(manifest) {
  const published = Object.fromEntries(
    Object.entries(manifest).filter(([key]) => key !== 'devDependencies' && key !== 'scripts'),
  );
  const exports = Object.fromEntries(
    Object.entries(manifest.exports ?? {}).map(([subpath, target]) => [
      subpath,
      withoutSource(target),
    ]),
  );
  return `${JSON.stringify({ ...published, exports }, undefined, 2)}\n`;
}

/**
 * @param {ExportTarget} target
 * @returns {ExportTarget}
 */
function withoutSource(target) {
  if (typeof target === 'string') return target;
  return Object.fromEntries(
    Object.entries(target).filter(([condition]) => condition !== SOURCE_CONDITION),
  );
}

/**
 * @param {string} staging
 * @param {Manifest} manifest
 */
function packStaged(staging, { name, version }) {
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', packDirectory], {
    cwd: staging,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return `${packDirectory}/${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
}

if (process.argv[1] === import.meta.filename) {
  for (const { tarball } of packAll()) console.log(tarball);
}
