/** What `bench sessions` says. */
import { percentile } from '../demo/statistics.js';
import type { BenchReport } from './bench-report.js';
import type { SessionsRun } from './run-sessions.js';

export interface SessionsJson {
  readonly sessions: number;
  readonly rssBytesPerSession: number;
  readonly connectMs: number;
  readonly awayMs: number;
  readonly returnMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

const NOTES = [
  'Every client is the SDK’s, with a session of its own; some thousands of them share a process. Memory: growth of the node’s resident set from its start until all are connected and idle.',
  'Then the node’s process ends and another one is started at the same address. Back: from that node’s being ready until it has the session, seen every 20 ms.',
  'Clients and node share the machine, over loopback.',
];

export function toSessionsJson(run: SessionsRun): SessionsJson {
  const { sessions, connectMs, rssIdleBytes, rssConnectedBytes, awayMs, returnMs } = run;
  const at = (rank: number): number => Math.round(percentile(returnMs, rank) ?? 0);
  return {
    sessions,
    rssBytesPerSession: Math.round((rssConnectedBytes - rssIdleBytes) / sessions),
    connectMs: Math.round(connectMs),
    awayMs: Math.round(awayMs),
    returnMs: { p50: at(0.5), p99: at(0.99), max: at(1) },
  };
}

export function toSessionsReport(run: SessionsRun): BenchReport {
  const json = toSessionsJson(run);
  const { sessions, rssBytesPerSession, connectMs, awayMs, returnMs } = json;
  const count = sessions.toLocaleString('en-US');
  const bars = ([0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1] as const).map((rank) => {
    const value = percentile(run.returnMs, rank) ?? 0;
    return {
      name: `${rank * 100} % are back`,
      value,
      text: formatSeconds(value),
      kind: 'fresh' as const,
    };
  });
  return {
    title: 'Idle sessions, and a node that comes back',
    lines: [
      `${count} idle sessions take ${(rssBytesPerSession / 1_000).toFixed(1)} kB of the node’s memory each.`,
      `After a restart that took ${formatSeconds(awayMs)} half of them are back in ${formatSeconds(returnMs.p50)}, all in ${formatSeconds(returnMs.max)}.`,
    ],
    charts: [{ id: 'back', title: 'After the node was ready again', bars }],
    columns: ['sessions', 'memory each', 'connected in', 'node away', 'back p50', 'p99', 'all'],
    rows: [
      [
        count,
        `${(rssBytesPerSession / 1_000).toFixed(1)} kB`,
        ...[connectMs, awayMs, returnMs.p50, returnMs.p99, returnMs.max].map(formatSeconds),
      ],
    ],
    notes: NOTES,
    json: [json],
  };
}

function formatSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
