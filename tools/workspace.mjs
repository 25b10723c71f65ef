/**
 * What the tools need to know of the workspace: its packages in build order, read from their
 * package.json files, so that nothing is listed twice.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @typedef {string | { readonly [condition: string]: ExportTarget }} ExportTarget */

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {Readonly<Record<string, ExportTarget>>} [exports]
 * @property {Readonly<Record<string, string>>} [bin]
 * @property {readonly string[]} [files]
 */

/**
 * @typedef {object} WorkspacePackage
 * @property {string} directory Absolute path.
 * @property {string} folder The path below the root, `packages/client`.
 * @property {Manifest} manifest
 */

/** The condition that leads to src/ in the workspace and is stripped from what is published. */
export const SOURCE_CONDITION = 'rendezvous-source';

/** The repository's root, an absolute path without a slash at the end. */
export const rootDirectory = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

/**
 * Lists the workspace's packages in the order of package.json's `workspaces`, which is build order:
 * a package comes after those that it depends on. The examples, which nobody publishes, are none.
 * @returns {WorkspacePackage[]}
 */
export function listPackages() {
  /** @type {{ workspaces: string[] }} */
  const root = readJson(`${rootDirectory}/package.json`);
  const folders = root.workspaces.filter((folder) => folder.startsWith('packages/'));
  return folders.map((folder) => {
    const directory = `${rootDirectory}/${folder}`;
    return { directory, folder, manifest: readJson(`${directory}/package.json`) };
  });
}

/**
 * Tells whether a package also ships CommonJS: one of its exports has a `require` condition.
 * @param {Pick<Manifest, 'exports'>} manifest
 */
export function hasCommonJs(manifest) {
  return Object.values(manifest.exports ?? {}).some(
    (target) => typeof target === 'object' && 'require' in target,
  );
}

/**
 * Lists the file targets below an export for which every condition on the way passes `accept`.
 * @param {ExportTarget} target
 * @param {(condition: string) => boolean} accept
 * @returns {string[]}
 */
export function listTargets(target, accept) {
  if (typeof target === 'string') return [target];
  return Object.entries(target)
    .filter(([condition]) => accept(condition))
    .flatMap(([, nested]) => listTargets(nested, accept));
}

/**
 * Parses a JSON file that this repository wrote itself; its shape is the caller's claim.
 * @template T
 * @param {string} path
 * @returns {T}
 */
export function readJson(path) {
  /** @type {unknown} */
  const value = JSON.parse(readFileSync(path, 'utf8'));
  return /** @type {T} */ (value);
}
