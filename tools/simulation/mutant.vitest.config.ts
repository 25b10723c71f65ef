/** The tests on one changed file, which `RENDEZVOUS_MUTANT` has as JSON: see judge-mutant.mjs. */
import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.js';
import { rootDirectory } from '../workspace.mjs';

const { file, text } = JSON.parse(process.env['RENDEZVOUS_MUTANT'] ?? '{}') as {
  readonly file?: string;
  readonly text?: string;
};

// eslint-disable-next-line no-restricted-syntax -- vitest reads the default export
export default mergeConfig(
  base,
  defineConfig({
    root: rootDirectory,
    plugins: [
      {
        name: 'replace-file',
        enforce: 'pre',
        load: (id) => (id === `${rootDirectory}/${file ?? ''}` ? text : undefined),
      },
    ],
  }),
);
