/** Bundles the simulator from source, as it is or with one file changed. */
import { build } from 'esbuild';
import { rootDirectory } from '../workspace.mjs';

/**
 * @typedef {object} ChangedFile
 * @property {string} file The path below the root.
 * @property {string} text What is bundled in its place.
 */

/**
 * @param {string} name Of the bundle, unique among those in use.
 * @param {ChangedFile} [changed]
 * @returns {Promise<string>} The program's path.
 */
export async function bundleSimulation(name, changed) {
  const outfile = `${rootDirectory}/.cache/simulation/${name}.mjs`;
  await build({
    entryPoints: [`${rootDirectory}/packages/server/test/simulation/main.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['rendezvous-source'],
    sourcemap: changed ? false : 'inline',
    logLevel: 'error',
    plugins: changed ? [replaceFile(changed)] : [],
  });
  return outfile;
}

/**
 * @param {ChangedFile} changed
 * @returns {import('esbuild').Plugin}
 */
function replaceFile({ file, text }) {
  return {
    name: 'replace-file',
    setup: (bundle) => {
      const path = `${rootDirectory}/${file}`;
      let isReplaced = false;
      bundle.onLoad({ filter: /\.ts$/ }, (args) => {
        if (args.path !== path) return undefined;
        isReplaced = true;
        return { contents: text, loader: 'ts' };
      });
      bundle.onEnd(() => {
        if (!isReplaced) throw new Error(`${file} is not a part of the simulation`);
      });
    },
  };
}
