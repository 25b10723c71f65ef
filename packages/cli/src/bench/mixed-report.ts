/** What `bench mixed` says. */
import type { BenchReport } from './bench-report.js';
import type { CurveFigure } from './curve-figure.js';
import type { MixedRun } from './run-mixed.js';
import type { Latencies } from './second-log.js';

/** Operations that start later than this on the whole were held up by the generator, not by what it measures. */
const LATE_P99_MS_MAX = 10;

/** The contract for scripts. */
export interface MixedJson {
  readonly store: string;
  readonly ratePerSec: number;
  readonly writeShare: number;
  readonly freshShare: number;
  readonly durationMs: number;
  readonly lagMs: number;
  readonly staleReads: number;
  readonly timedOut: number;
  readonly unanswered: number;
  readonly writes: Latencies;
  /** Reads whose wait did not block. */
  readonly reads: Latencies;
  /** ... and those whose wait did: the replication lag is in them. */
  readonly blockedReads: Latencies;
  /** How late operations started, of the worse of both processes. */
  readonly startedLateMs: Latencies;
  readonly limitedBy: 'rate' | 'generator';
  readonly timeline: readonly {
    readonly atMs: number;
    readonly writes: Latencies;
    readonly reads: Latencies;
    readonly blockedReads: Latencies;
  }[];
}

const KINDS = [
  ['writes', 'writes'],
  ['reads', 'reads that need not wait'],
  ['blockedReads', 'reads that wait'],
] as const;

export function toMixedReport(run: MixedRun): BenchReport {
  const json = toMixedJson(run);
  const { ratePerSec, durationMs, staleReads, timedOut, unanswered } = json;
  return {
    title: `Writes and reads across regions, ${run.product}`,
    lines: [
      ...toVerdict(run).lines,
      `${ratePerSec} operations a second for ${Math.round(durationMs / 1_000)} s: ${staleReads} stale reads, ${timedOut} waits timed out, ${unanswered} not answered.`,
    ],
    charts: [],
    curves: KINDS.map(([kind, name]) => toCurves(kind, name, json)),
    columns: ['operation', 'count', 'p50', 'p99', 'p99.9'],
    rows: [
      ...KINDS.map(([kind, name]) => toCells(name, json[kind])),
      toCells('started late', json.startedLateMs),
    ],
    notes: toNotes(run),
    json: [json],
  };
}

export interface MixedVerdict {
  /** 1 when a stale read got through, 3 when the run proved nothing. */
  readonly exitCode: 0 | 1 | 3;
  readonly lines: readonly string[];
}

export function toVerdict(run: MixedRun): MixedVerdict {
  const { staleReads, timedOut, unanswered, blockedReads } = run;
  const late = findLate(run);
  const generator =
    toMixedJson(run).limitedBy === 'generator'
      ? [
          `The load generator was the limit: one operation of 100 started ${formatMs(late.p99)} late or more. Ask for a lower --rate.`,
        ]
      : [];
  if (staleReads > 0) {
    return { exitCode: 1, lines: [`${staleReads} stale reads got through.`, ...generator] };
  }
  const problem =
    (timedOut > 0 && `${timedOut} waits timed out.`) ||
    (unanswered > 0 && `${unanswered} waits were not answered.`) ||
    (blockedReads.all.count === 0 && 'No read had to wait.');
  if (problem) return { exitCode: 3, lines: [`Proved nothing: ${problem}`, ...generator] };
  return { exitCode: 0, lines: ['No read was stale.', ...generator] };
}

export function toMixedJson(run: MixedRun): MixedJson {
  const { options, writes, reads, blockedReads, staleReads, timedOut, unanswered } = run;
  const late = findLate(run);
  const none: Latencies = { count: 0, p50: null, p99: null, p999: null };
  return {
    ...options,
    ...{ staleReads, timedOut, unanswered },
    writes: writes.all,
    reads: reads.all,
    blockedReads: blockedReads.all,
    startedLateMs: late,
    limitedBy: (late.p99 ?? 0) > LATE_P99_MS_MAX ? 'generator' : 'rate',
    timeline: writes.seconds.map((second, index) => ({
      atMs: index * 1_000,
      writes: second,
      reads: reads.seconds[index] ?? none,
      blockedReads: blockedReads.seconds[index] ?? none,
    })),
  };
}

function findLate({ late, lateWrites }: MixedRun): Latencies {
  return (late.p99 ?? 0) > (lateWrites.p99 ?? 0) ? late : lateWrites;
}

function toCurves(
  kind: (typeof KINDS)[number][0],
  name: string,
  { timeline }: MixedJson,
): CurveFigure {
  const points = timeline.flatMap(({ atMs, [kind]: { p50, p99 } }) =>
    p50 === null ? [] : [{ name: '', x: atMs / 1_000 + 0.5, y: p50, yHigh: p99 ?? p50 }],
  );
  return {
    id: kind,
    title: `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}, p50 of each second, up to its p99`,
    xTitle: 'seconds',
    yTitle: 'ms',
    curves: [{ name, kind: 'fresh', points }],
  };
}

function toNotes({ options, product, lagPlace, version }: MixedRun): readonly string[] {
  const { writeShare, freshShare } = options;
  const percent = (share: number): string => `${Math.round(share * 1_000) / 10} %`;
  return [
    `Open loop: operations start when they are due, and their latency counts from then on. ${percent(writeShare)} are writes in eu; the others are reads in us, ${percent(freshShare)} of them of the newest post that was announced, the rest of any of the last 10,000, each with the bookmark of its post.`,
    'A write lasts until its branch is acknowledged. A read that waits lasts until its post was read: the replication lag is in it.',
    `${product} ${version}, which really replicates; lag injected in ${lagPlace}. A node in each region with the embedded journal. Everything shares the machine.`,
  ];
}

function toCells(name: string, { count, p50, p99, p999 }: Latencies): readonly string[] {
  return [name, count.toLocaleString('en-US'), ...[p50, p99, p999].map(formatMs)];
}

function formatMs(value: number | null): string {
  return value === null ? '-' : `${value.toFixed(2)} ms`;
}
