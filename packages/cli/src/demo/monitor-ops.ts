/** What a node's monitors cost the datastores, as its metrics say. */

const MONITOR_OPS = /^rendezvous_(?:watermark_reads|marker_lookups)_total\{[^}]*\} (\d+)$/gm;

/** Operations on datastores that the monitors in the node at `nodeUrl` (`ws://`) have issued so far. */
export async function countMonitorOps(nodeUrl: string, signal: AbortSignal): Promise<number> {
  const url = new URL('/metrics', nodeUrl.replace(/^ws/, 'http'));
  const text = await (await fetch(url, { signal })).text();
  return sumMonitorOps(text);
}

/** `metrics`: what a scraper gets from a node. */
export function sumMonitorOps(metrics: string): number {
  const counts = [...metrics.matchAll(MONITOR_OPS)].map(([, count]) => Number(count));
  return counts.reduce((sum, count) => sum + count, 0);
}
