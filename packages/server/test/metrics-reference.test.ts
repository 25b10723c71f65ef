import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CATALOG } from '../src/metrics/catalog.js';

const page = readFileSync(new URL('../../../docs/reference/metrics.md', import.meta.url), 'utf8');
const definitions = Object.values(CATALOG);

test("docs/reference/metrics.md lists every metric of a node's, as the catalog has it, and no other", () => {
  const rows = [
    ...page.matchAll(/^\| `(\w+)` +\| (counter|gauge|histogram) +\| ([^|]*) \| (.*?) +\|$/gm),
  ];
  const documented = rows.map(([, name, type, labels = '', help]) => ({
    name,
    type,
    labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
    help,
  }));
  expect(documented).toEqual(definitions);
});

test('every metric that an alert names exists', () => {
  const names = new Set(definitions.map(({ name }) => name));
  const [, alerts = ''] = /## What to alert on([\s\S]*?)## The client/.exec(page) ?? [];
  const named = [...alerts.matchAll(/\b(?:rendezvous|process|nodejs)_\w+/g)].map(([name]) =>
    name.replace(/_bucket$/, ''),
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !names.has(name))).toEqual([]);
});

test('names and help are what both formats take without escaping', () => {
  const offenders = definitions.filter(
    ({ name, type, help }) =>
      !/^[a-z]+(_[a-z]+)+$/.test(name) ||
      (type === 'counter') !== name.endsWith('_total') ||
      /["\\\n]/.test(help),
  );
  expect(offenders).toEqual([]);
});
