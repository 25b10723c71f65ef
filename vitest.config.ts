import { defineConfig } from 'vitest/config';

// Tests run from source: the private `rendezvous-source` condition maps every workspace
// package to its src/ folder, so that no build step stands between an edit and a test.
const conditions = ['rendezvous-source', 'node', 'import', 'module', 'default'];

/** The file suffix says what a test needs (STYLE: tests and configuration). */
const needs = {
  postgres: ['packages/**/*.postgres.test.ts'],
  process: ['packages/**/*.process.test.ts'],
};

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', ...Object.values(needs).flat()],
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: needs.postgres,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'process',
          include: needs.process,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
