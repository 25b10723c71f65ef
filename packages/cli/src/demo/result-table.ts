/** The result as a person at a terminal sees it. */
import {
  MEASURED_CALLS,
  count,
  countFailures,
  describeLoad,
  measured,
  toDemoJson,
  type DemoResult,
  type PhaseResult,
} from './demo-result.js';
import { formatMachine } from './machine.js';
import { summarize, type Summary } from './statistics.js';
import { formatTextTable } from './text-table.js';

type Row = readonly [label: string, without: string, withIt: string];

export const RESULT_COLUMNS = ['', 'without', 'with Rendezvous'] as const;

export function formatResultTable(result: DemoResult): string {
  return `${formatTextTable(RESULT_COLUMNS, toRows(result))}\n`;
}

/** How the numbers came about: what a reader needs to trust them. */
export function formatFootnotes(result: DemoResult): string {
  const { machine, pollMs, lagPlace, rendezvous, baseline } = result;
  const { replicationLagMs } = toDemoJson(result);
  const resolution = rendezvous.observerResolutionMs ?? baseline.observerResolutionMs;
  return [
    `Lag: injected in ${lagPlace}.`,
    `Replication lag as seen by a separate process: p50 / p99 ${formatSummary(replicationLagMs)}, resolution ${formatMs(resolution)}.`,
    `Window: from the write's acknowledgement in eu to the read's success in us. Without Rendezvous a stale reader looks again every ${pollMs} ms.`,
    `Wake-up: from the replica's first being able to serve the post to the blocked wait's return: p50 / p99 ${formatSummary(summarize(measured(rendezvous.posts, 'wakeMs')))}.`,
    `Load: ${describeLoad(result)}, the same in both phases.`,
    `Before the ${rendezvous.posts.length} posts of each phase, ${rendezvous.warmUp.length} more warm the functions up; they are not measured, but a wrong read of them counts.`,
    `Overhead: medians of ${MEASURED_CALLS} writes, and of as many reads of data already visible, one at a time.`,
    `Machine: ${formatMachine(machine)}, ${machine.datastore}.`,
  ].join('\n');
}

/** The rows of the table, which the HTML report shows too. */
export function toRows({ baseline, rendezvous }: DemoResult): readonly Row[] {
  const { staleReads, timedOut } = countFailures(rendezvous);
  return [
    ['posts', String(baseline.posts.length), String(rendezvous.posts.length)],
    [
      'stale reads',
      withShare(count(baseline.posts, 'stale'), baseline),
      withShare(staleReads, rendezvous),
    ],
    ['prevented inconsistencies', '-', String(count(rendezvous.posts, 'prevented'))],
    ['waits timed out', '-', String(timedOut)],
    ['consistency window p50 / p99', formatWindow(baseline), formatWindow(rendezvous)],
    ['write, median', formatMs(baseline.writeMs), withChange(rendezvous.writeMs, baseline.writeMs)],
    ['read, median', formatMs(baseline.readMs), withChange(rendezvous.readMs, baseline.readMs)],
  ];
}

export function formatSummary({ p50, p99 }: Summary): string {
  return `${formatMs(p50)} / ${formatMs(p99)}`;
}

export function formatMs(value: number | null | undefined): string {
  if (value === null || value === undefined) return '-';
  return `${value.toFixed(value < 10 ? 2 : 1)} ms`;
}

function withShare(reads: number, { posts }: PhaseResult): string {
  return `${reads} (${((100 * reads) / posts.length).toFixed(1)} %)`;
}

function formatWindow(phase: PhaseResult): string {
  return formatSummary(summarize(measured(phase.posts, 'windowMs')));
}

function withChange(value: number, base: number): string {
  const change = value - base;
  return `${formatMs(value)} (${change < 0 ? '−' : '+'}${formatMs(Math.abs(change))})`;
}
