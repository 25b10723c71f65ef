/** The benchmark's result as a person at a terminal sees it. */
import { describeLoad, toDemoJson, type DemoResult } from '../demo/demo-result.js';
import { formatMachine } from '../demo/machine.js';
import { formatMs, formatSummary } from '../demo/result-table.js';
import { formatTextTable } from '../demo/text-table.js';
import { findMedianRun, nameOf, toApproaches, type StoreRuns } from './window-result.js';

export const WINDOW_COLUMNS = [
  'store',
  'replication lag',
  'stale, without',
  'stale, with',
  'window, without',
  'window, with',
  'wake-up',
] as const;

/** The reported run of each store; with several runs, each run below it. */
export function formatWindowTable(stores: readonly StoreRuns[]): string {
  return `${formatTextTable(
    WINDOW_COLUMNS,
    stores.flatMap((each) => toRows(each, nameOf(each, stores))),
  )}\n`;
}

/** The cells of one run; the first is its name. */
export function toCells(name: string, run: DemoResult): readonly string[] {
  const { posts, replicationLagMs, baseline, rendezvous } = toDemoJson(run);
  return [
    name,
    formatSummary(replicationLagMs),
    `${baseline.staleReads} of ${posts}`,
    `${rendezvous.staleReads} of ${posts}`,
    formatSummary(baseline.windowMs),
    formatSummary(rendezvous.windowMs),
    formatSummary(rendezvous.wakeMs),
  ];
}

export const APPROACH_COLUMNS = [
  'store',
  'instead',
  'stale',
  'window',
  'window ÷ lag',
  'operations per read',
] as const;

/** The reported run of each store, by what the reader did so that its post was there. */
export function formatApproachTable(stores: readonly StoreRuns[]): string {
  return `${formatTextTable(APPROACH_COLUMNS, toApproachRows(stores))}\n`;
}

export function toApproachRows(stores: readonly StoreRuns[]): (readonly string[])[] {
  return stores.flatMap((each) => {
    const run = findMedianRun(each);
    return toApproaches(run).map(
      ({ name, staleReads, windowMs, windowPerLag, storeOpsPerRead }, index) => [
        index === 0 ? nameOf(each, stores) : '',
        name === 'rendezvous' ? 'Rendezvous' : name,
        `${staleReads} of ${run.rendezvous.posts.length}`,
        formatSummary(windowMs),
        windowPerLag?.toFixed(3) ?? '-',
        storeOpsPerRead?.toFixed(2) ?? '-',
      ],
    );
  });
}

/** How the numbers came about. */
export function formatWindowNotes(stores: readonly StoreRuns[]): string {
  const reported = stores.map(findMedianRun);
  const [first] = reported;
  if (first === undefined) return '';
  const { machine } = first;
  return [
    'All times are p50 / p99. Of several runs the one with the median window (with Rendezvous) is reported; every run is judged.',
    "Window: from the write's acknowledgement in eu to the read's success in us. A stale reader without Rendezvous looks again and again.",
    "Wake-up: from the replica's first being able to serve a post to the blocked wait's return, as a separate process saw it.",
    ...reported.map((result) => {
      const {
        product,
        lagPlace,
        pollMs,
        rendezvous,
        machine: { datastore },
      } = result;
      return `${product}: ${datastore}; lag injected in ${lagPlace}; observer's resolution ${formatMs(rendezvous.observerResolutionMs)}; a stale reader looked again every ${pollMs} ms; load: ${describeLoad(result)}.`;
    }),
    ...reported.flatMap(({ product, alternatives }) =>
      alternatives.map(({ name, description }) => `${product}, ${name}: ${description}.`),
    ),
    "Operations per read: the reader's own, repeated ones included, and what the monitor of its region asked the datastore. Of a reader without Rendezvous those that only measure its window are left out.",
    `Machine: ${formatMachine(machine)}.`,
  ].join('\n');
}

function toRows(each: StoreRuns, name: string): (readonly string[])[] {
  const reported = toCells(name, findMedianRun(each));
  if (each.runs.length === 1) return [reported];
  return [reported, ...each.runs.map((run, index) => toCells(`  run ${index + 1}`, run))];
}
