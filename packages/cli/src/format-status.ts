/** What `rendezvous status` shows a person. */
import type { StatusAnswer } from '@rendezvous/protocol';

export function formatStatus(status: StatusAnswer): string {
  const { nodeId, namespace, uptimeMs, waitsBlocked, sessions, horizon } = status;
  const sections = [
    [
      `node ${nodeId}, namespace ${namespace}, up ${formatDuration(uptimeMs)}`,
      `sessions ${sessions}, waits blocked ${waitsBlocked}`,
      ...(horizon === '' ? [] : [`branches given up unclosed, the newest of request ${horizon}`]),
    ],
    formatTable(['JOURNAL', 'OF', 'APPLIED', 'HEAD', 'LINK'], toJournalRows(status)),
    formatTable(
      ['STORE', 'REGION', 'REPLICA', 'MONITOR', 'POSITION', 'BARRIER'],
      toReplicaRows(status),
    ),
    formatTable(['STORE', 'REGION', 'OPEN', 'OLDEST'], toRegionRows(status)),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function toJournalRows({ journals }: StatusAnswer): string[][] {
  return journals.map(({ journal, own, peer, applied, head, connected }) => [
    journal,
    own ? 'this node' : peer,
    String(applied),
    String(head),
    own ? '-' : connected ? 'connected' : 'LOST',
  ]);
}

function toReplicaRows({ replicas }: StatusAnswer): string[][] {
  return replicas.map(({ store, region, replica, monitored, position, barrier }) => [
    store,
    region,
    replica,
    monitored ? 'up' : 'NONE',
    position === '' ? '-' : position,
    barrier === '' ? '-' : `waits hold until ${barrier}`,
  ]);
}

function toRegionRows({ regions }: StatusAnswer): string[][] {
  return regions.map(({ store, region, branchesOpen, oldestAgeMs }) => [
    store,
    region,
    String(branchesOpen),
    branchesOpen === 0 ? '-' : formatDuration(oldestAgeMs),
  ]);
}

/** Nothing when there are no rows. */
function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [header, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Two units at most: `340 ms`, `12 s`, `3 min 5 s`, `2 d 4 h`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`;
  const seconds = Math.floor(durationMs / 1_000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}
