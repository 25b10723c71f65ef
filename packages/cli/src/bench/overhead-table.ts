/** The result of `bench overhead` as a person at a terminal sees it. */
import { formatMachine } from '../demo/machine.js';
import { formatSummary } from '../demo/result-table.js';
import type { Summary } from '../demo/statistics.js';
import { formatTextTable } from '../demo/text-table.js';
import type { OverheadMeasure } from './overhead-contracts.js';
import { toOverheadJson, type OverheadJson, type OverheadResult } from './overhead-result.js';

export const OVERHEAD_COLUMNS = [
  'store',
  'operation',
  'RTT',
  'bare',
  'wrapped',
  'ratio p50',
  'ratio p99',
] as const;

export const MEASURE_NAMES: Readonly<Record<OverheadMeasure, string>> = {
  controlWrite: 'control, writes',
  controlRead: 'control, reads',
  controlPing: 'control, read + ping',
  write: 'write',
  read: 'read, no bookmark',
  readClosed: 'read, closed bookmark',
};

export function formatOverheadTable({ samples }: OverheadResult): string {
  return `${formatTextTable(OVERHEAD_COLUMNS, toOverheadJson(samples).map(toOverheadCells))}\n`;
}

export function toOverheadCells(row: OverheadJson): readonly string[] {
  const { store, measure, rttMs, bareMs, wrappedMs, ratio } = row;
  return [
    store,
    MEASURE_NAMES[measure],
    `${rttMs} ms`,
    formatSummary(bareMs),
    formatSummary(wrappedMs),
    ...toRatioCells(ratio),
  ];
}

/** How the numbers came about. */
export function formatOverheadNotes({ samples, versions, machine }: OverheadResult): string {
  const counts = [...new Set(samples.map(({ times }) => times.bareMs.length))];
  return [
    'Times are p50 / p99 of one operation at a time, in a function that has a bare client and a wrapped one; they take turns, operation by operation.',
    'Control: two bare clients against each other, which shows the noise. Its "wrapped" is the second one.',
    'Control, read + ping: a bare read alone, and together with a ping of the node: what the machine takes for two things at once. A read with a bookmark does no less.',
    'RTT: added to the link to the datastore and to that to the node by proxies, which both sides pass; 0 ms: none, over loopback.',
    `${counts.join(', ')} operations each, after a warm-up. Writes are in the home region, reads at the replica in the other, with no lag injected.`,
    `Datastores: ${versions.join(', ')}.`,
    `Machine: ${formatMachine(machine)}.`,
  ].join('\n');
}

function toRatioCells({ p50, p99 }: Summary): readonly string[] {
  return [p50, p99].map((ratio) => (ratio === null ? 'none' : `${ratio.toFixed(3)} ×`));
}
