import { defineConfig } from 'vitest/config';
import { createSkipReporter } from './tools/skip-reporter.js';

// Tests run from source: the private `rendezvous-source` condition maps every workspace
// package to its src/ folder, so that no build step stands between an edit and a test.
const conditions = ['rendezvous-source', 'node'];

/** The file suffix says what a test needs (STYLE: tests and configuration). */
const needs = {
  postgres: ['{packages,tools}/**/*.postgres.test.ts'],
  dynamodb: ['{packages,tools}/**/*.dynamodb.test.ts'],
  redis: ['{packages,tools}/**/*.redis.test.ts'],
  process: ['{packages,tools}/**/*.process.test.ts'],
  sim: ['{packages,tools}/**/*.sim.test.ts'],
};

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
          include: ['{packages,tools}/**/*.test.ts'],
          exclude: [...notOurs, ...Object.values(needs).flat()],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: needs.postgres,
          exclude: notOurs,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'redis',
          include: needs.redis,
          exclude: notOurs,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'dynamodb',
          include: needs.dynamodb,
          exclude: notOurs,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'process',
          include: needs.process,
          exclude: notOurs,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          name: 'sim',
          include: needs.sim,
          exclude: notOurs,
          testTimeout: 600_000,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
