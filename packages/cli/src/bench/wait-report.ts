/** What `bench wait` says. */
import { percentile } from '../demo/statistics.js';
import type { BenchReport } from './bench-report.js';
import { LatencyHistogram } from './latency-histogram.js';
import type { WaitRun, WokenWaits } from './run-wait.js';

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface WakeJson {
  readonly waiters: number;
  readonly wakeMs: Percentiles;
  /** From the close until the last of a round's waits was answered. */
  readonly allWokenMs: Pick<Percentiles, 'p50' | 'max'>;
}

/** Waits for what is closed: nobody waits. */
export interface ClosedWaitJson {
  readonly waiters: 0;
  readonly waitsPerSec: number;
  readonly roundTripMs: Percentiles;
  readonly serverCpuUsPerWait: number;
}

const NOTES = [
  'A round: a write is opened, the waits for it come in and block, and a monitor tells the watermark that shows it. From before the watermark is sent until an answer is there, in the process that does all of it, with the decoding of the answers.',
  'Closed: waits for a write that is visible, 200 in progress on each of 5 sessions; the CPU is that of all threads of the node.',
  'Node and load generator share the machine, over loopback.',
];

export function toWaitReport(run: WaitRun): BenchReport {
  const woken = run.woken.map(toWakeJson);
  const closed = toClosedJson(run);
  return {
    title: 'Waits, and how fast a close ends them',
    lines: [
      ...woken.map(
        ({ waiters, wakeMs, allWokenMs }) =>
          `${waiters} waiting: half are answered ${wakeMs.p50.toFixed(2)} ms after the close; of the median close all after ${allWokenMs.p50.toFixed(2)} ms.`,
      ),
      `Nothing to wait for: ${closed.waitsPerSec.toLocaleString('en-US')} answers a second, ${closed.serverCpuUsPerWait.toFixed(1)} µs of the node's CPU each.`,
    ],
    charts: [
      toChart('p50', 'Close to answer, p50', woken, ({ wakeMs }) => wakeMs.p50),
      toChart('all', 'Close to the last answer, median', woken, ({ allWokenMs }) => allWokenMs.p50),
    ],
    columns: ['waiting', 'closes', 'p50', 'p99', 'max', 'all woken, p50', 'all woken, max'],
    rows: [...run.woken.map(toCells), toClosedCells(closed)],
    notes: NOTES,
    json: [...woken, closed],
  };
}

function toWakeJson({ waiters, wakes, allWokenMs }: WokenWaits): WakeJson {
  return {
    waiters,
    wakeMs: { ...percentilesOf(wakes), max: round(Math.max(...allWokenMs)) },
    allWokenMs: {
      p50: round(percentile(allWokenMs, 0.5) ?? 0),
      max: round(Math.max(...allWokenMs)),
    },
  };
}

function toClosedJson({ closed, node }: WaitRun): ClosedWaitJson {
  const latencies = new LatencyHistogram();
  latencies.merge(closed.latencyCounts);
  return {
    waiters: 0,
    waitsPerSec: Math.round((closed.waits * 1_000) / closed.elapsedMs),
    roundTripMs: percentilesOf(latencies),
    serverCpuUsPerWait: round(node.cpuUs / closed.waits),
  };
}

function percentilesOf(latencies: LatencyHistogram): Percentiles {
  const at = (rank: number): number => round(latencies.percentileMs(rank) ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function toCells(woken: WokenWaits): readonly string[] {
  const { waiters, wakeMs, allWokenMs } = toWakeJson(woken);
  const values = [wakeMs.p50, wakeMs.p99, wakeMs.max, allWokenMs.p50, allWokenMs.max];
  return [String(waiters), String(woken.rounds), ...values.map(formatMs)];
}

function toClosedCells({ roundTripMs }: ClosedWaitJson): readonly string[] {
  const { p50, p99, max } = roundTripMs;
  return ['none: closed', '–', ...[p50, p99, max].map(formatMs), '–', '–'];
}

function toChart(
  id: string,
  title: string,
  rows: readonly WakeJson[],
  valueOf: (row: WakeJson) => number,
): BenchReport['charts'][number] {
  const bars = rows.map((row) => ({
    name: `${row.waiters} waiting`,
    value: valueOf(row),
    text: formatMs(valueOf(row)),
    kind: 'fresh' as const,
  }));
  return { id, title, bars };
}

function formatMs(value: number): string {
  return `${value.toFixed(2)} ms`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
