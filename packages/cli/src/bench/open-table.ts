/** The rows of `bench open` as a person at a terminal sees them. */
import { formatMachine, type Machine } from '../demo/machine.js';
import { formatTextTable } from '../demo/text-table.js';
import type { DataPlace } from './data-place.js';
import {
  findMedianRun,
  formatCount,
  hasMeaningfulRss,
  nameLoad,
  toRow,
  type OpenLimit,
  type OpenRun,
  type OpenSeries,
} from './open-result.js';

export const OPEN_COLUMNS = [
  'connections × depth',
  'journal',
  'opens/s',
  'branches/s',
  'p50',
  'p99',
  'p99.9',
  'CPU/open',
  'RSS/branch',
  'limit',
] as const;

const LIMITS: Readonly<Record<OpenLimit, string>> = {
  server: 'node',
  generator: 'generator',
  machine: 'machine',
  depth: 'in flight',
  rate: 'rate',
};

/** How and where it was measured. */
export interface OpenSetting {
  readonly durationMs: number;
  readonly machine: Machine;
  readonly data: DataPlace;
}

/** The reported run of each load and journal; with several runs, each run below it. */
export function formatOpenTable(series: readonly OpenSeries[]): string {
  return `${formatTextTable(OPEN_COLUMNS, series.flatMap(toRows))}\n`;
}

/** The cells of one run; the first is its name. */
export function toOpenCells(name: string, each: OpenSeries, run: OpenRun): readonly string[] {
  const row = toRow(each, run);
  const { p50, p99, p999 } = row.latencyMs;
  return [
    name,
    each.journal,
    formatCount(row.opensPerSec),
    formatCount(row.branchesPerSec),
    ...[p50, p99, p999].map((value) => `${value.toFixed(2)} ms`),
    `${row.serverCpuUsPerOpen.toFixed(2)} µs`,
    hasMeaningfulRss(each, run) ? `${formatCount(row.rssBytesPerOpenBranch)} B` : '–',
    LIMITS[row.limitedBy],
  ];
}

/** How the numbers came about. */
export function formatOpenNotes({ durationMs, machine, data }: OpenSetting): string {
  const inMemory = data.isInMemory ? ', which is in memory: syncs cost nothing there' : '';
  return [
    'An open is one request: a branch in each of its stores, sent together and all acknowledged. Of several runs the one with the median of opens per second is reported.',
    `A run: a node of its own, a warm-up, then at most ${durationMs} ms or 800,000 branches. All branches stay open, and all are looked for in the node afterwards.`,
    "Latency: from the request's being due to its last acknowledgement, at the load generator. With --rate it includes what timers are late, up to 1 ms.",
    "CPU: of all threads of the node's process, while under load. RSS: growth of the node's process, garbage collected before and after, per branch; from 50,000 branches on. V8's space for new objects, some 30 MB, is in it.",
    'Limit: whose event loop was busy 90 % of the time or more; "machine": no processor was left for them; "in flight": nothing was busy, requests waited for the journal or there were too few.',
    'The load generator speaks the protocol itself, without the SDK, which costs a function more than it.',
    `Node and load generator share the machine, over loopback. Journals on disk were in ${data.directory}${inMemory}.`,
    `Machine: ${formatMachine(machine)}.`,
  ].join('\n');
}

function toRows(each: OpenSeries): (readonly string[])[] {
  const reported = toOpenCells(nameLoad(each.load), each, findMedianRun(each));
  if (each.runs.length === 1) return [reported];
  const runs = each.runs.map((run, index) => toOpenCells(`  run ${index + 1}`, each, run));
  return [reported, ...runs];
}
