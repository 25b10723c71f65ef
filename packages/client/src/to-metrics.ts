import type { Counters } from './counters.js';

/** One counter as monitoring systems know it. */
export interface MetricSample {
  /** Ends in `_total`. docs/reference/metrics.md lists them. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Of these the design fixed the names; the others say that they are the client's. */
const FIXED_NAMES: Readonly<Record<string, string>> = {
  opensUnacknowledged: 'rendezvous_opens_unacknowledged_total',
};

/**
 * The counters for a monitoring system: hand them to its library when it asks. The list has the same
 * names and labels each time, and more once a further carrier dropped a bookmark.
 *
 * @example
 * for (const { name, labels, value } of toMetrics(rv.counters)) report(name, labels, value);
 */
export function toMetrics(counters: Counters): MetricSample[] {
  const { waits, bookmarksDropped: _, bookmarksDroppedBy, ...plain } = counters;
  return [
    ...Object.entries(waits).map(([status, value]) =>
      toSample('rendezvous_client_waits_total', value, { status }),
    ),
    ...Object.entries(plain).map(([name, value]) =>
      toSample(FIXED_NAMES[name] ?? `rendezvous_client_${toSnakeCase(name)}_total`, value, {}),
    ),
    ...Object.entries(bookmarksDroppedBy).flatMap(([carrier, reasons]) =>
      Object.entries(reasons).map(([reason, value]) =>
        toSample('rendezvous_bookmarks_dropped_total', value, { carrier, reason }),
      ),
    ),
  ];
}

function toSample(name: string, value: number, labels: MetricSample['labels']): MetricSample {
  return { name, labels, value };
}

function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
