import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createCounters } from './counters.js';
import { toMetrics } from './to-metrics.js';

const page = readFileSync(new URL('../../../docs/reference/metrics.md', import.meta.url), 'utf8');

test('counters become samples with names, labels and values', () => {
  const counters = createCounters();
  counters.addWait('consistent', true);
  counters.add('opensUnacknowledged');
  counters.addDropped('baggage', 'inject_dropped');
  const metrics = toMetrics(counters.snapshot());
  expect(metrics.filter(({ value }) => value > 0)).toEqual([
    { name: 'rendezvous_client_waits_total', labels: { status: 'consistent' }, value: 1 },
    { name: 'rendezvous_client_prevented_total', labels: {}, value: 1 },
    { name: 'rendezvous_opens_unacknowledged_total', labels: {}, value: 1 },
    {
      name: 'rendezvous_bookmarks_dropped_total',
      labels: { carrier: 'baggage', reason: 'inject_dropped' },
      value: 1,
    },
  ]);
});

test("docs/reference/metrics.md lists every metric of the client's, with its labels, and no other", () => {
  const [, client = ''] = page.split("## The client's counters");
  const documented = [...client.matchAll(/^\| `(rendezvous_\w+)` +\| ([^|]*) \|/gm)];
  const listed = documented.map(([, name, labels = '']) => [
    name,
    labels.replaceAll('`', '').trim(),
  ]);
  const metrics = toMetrics(createCounters().snapshot());
  const exposed = metrics.map(
    ({ name, labels }) => [name, Object.keys(labels).join(', ')] as const,
  );
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(exposed));
});
