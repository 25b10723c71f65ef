import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONFIG_FILE_NAMES } from '../src/config/load-config.js';
import { parseConfig } from '../src/config/parse-config.js';
import type { RendezvousConfig } from '../src/config/define-config.js';

const page = readFileSync(
  new URL('../../../docs/reference/configuration.md', import.meta.url),
  'utf8',
);

/** Every key that a file may have. `Required` makes a new key fail to compile here. */
const whole: Required<RendezvousConfig> = {
  namespace: 'shop',
  regions: { '<region>': { node: 'ws://x' }, near: { servedBy: '<region>' } },
  stores: {
    '<store>': {
      kind: 'postgres',
      home: '<region>',
      regions: {},
      branchTtlMs: 1_000,
    } satisfies Required<RendezvousConfig['stores'][string]>,
  },
  policy: { mode: 'enforce' } satisfies Required<RendezvousConfig['policy']>,
};

test('docs/reference/configuration.md describes every key and no other', () => {
  const documented = [...page.matchAll(/^\| `([^`]+)` +\|/gm)]
    .map(([, key]) => key)
    .filter((key) => key?.includes('.') === true || key === 'namespace');
  expect(new Set(documented)).toEqual(
    new Set([
      'namespace',
      'regions.<region>',
      'regions.<region>.node',
      'regions.<region>.servedBy',
      ...['stores.<store>', ...Object.keys(whole.stores['<store>'] ?? {}).map(toStoreKey)],
      ...Object.keys(whole.policy).map((key) => `policy.${key}`),
    ]),
  );
});

test('docs/reference/configuration.md names the files', () => {
  for (const name of CONFIG_FILE_NAMES) expect(page).toContain(`\`${name}\``);
});

test('the bounds that docs/reference/configuration.md gives are those that are checked', () => {
  const parse = (branchTtlMs: number): unknown =>
    parseConfig(
      {
        regions: { eu: { node: 'ws://x' } },
        stores: {
          app: { kind: 'postgres', home: 'eu', regions: { eu: 'postgres://x' }, branchTtlMs },
        },
      },
      'rendezvous.config.ts',
    );
  expect(page).toContain('1,000 to 604,800,000');
  expect(() => parse(1_000)).not.toThrow();
  expect(() => parse(604_800_000)).not.toThrow();
  expect(() => parse(999)).toThrow('must be at least 1000');
  expect(() => parse(604_800_001)).toThrow('must be at most 604800000');
});

function toStoreKey(key: string): string {
  return `stores.<store>.${key}`;
}
