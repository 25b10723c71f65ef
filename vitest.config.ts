import { defineConfig } from 'vitest/config';
import { createSkipReporter } from './tools/skip-reporter.js';

// Tests run from source: the private `rendezvous-source` condition maps every workspace
// package to its src/ folder, so that no build step stands between an edit and a test.
const conditions = ['rendezvous-source', 'node'];

/** The file suffix says what a test needs (STYLE: tests and configuration), and how long it may take. */
const needs = {
  postgres: 60_000,
  redis: 60_000,
  mariadb: 60_000,
  mysql: 60_000,
  dynamodb: 60_000,
  s3: 60_000,
  process: 120_000,
  sim: 600_000,
};

const filesOf = (suffix: string): string => `{packages,tools,examples}/**/*.${suffix}.test.ts`;

const notOurs = ['**/node_modules/**', '**/dist/**', '**/.cache/**'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    reporters: [
      createSkipReporter({
        failOnSkip: !['', 'false'].includes(process.env['CI'] ?? ''),
        log: (line) => process.stdout.write(`${line}\n`),
      }),
      'default',
    ],
    // Projects run one after the other: what starts processes gets the machine to itself.
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{packages,tools,examples}/**/*.test.ts'],
          exclude: [...notOurs, ...Object.keys(needs).map(filesOf)],
          sequence: { groupOrder: 0 },
        },
      },
      ...Object.entries(needs).map(([name, testTimeout], index) => ({
        extends: true as const,
        test: {
          name,
          include: [filesOf(name)],
          exclude: notOurs,
          testTimeout,
          hookTimeout: 60_000,
          // Servers and processes get the machine to themselves.
          fileParallelism: false,
          sequence: { groupOrder: index + 1 },
        },
      })),
    ],
  },
});
