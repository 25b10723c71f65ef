/** What `bench memory` says. */
import type { BenchReport } from './bench-report.js';
import type { MemoryRun } from './run-memory.js';

export interface MemoryJson {
  readonly branches: number;
  readonly rssIdleBytes: number;
  readonly rssPeakBytes: number;
  readonly rssAfterBytes: number;
  /** Of what was taken above idle, after the traffic; 1 is all. */
  readonly givenBackShare: number;
  readonly bytesPerBranch: number;
}

const NOTES = [
  'Memory: the resident set of the node’s process, as the system counts it. Idle: after its start, with a monitor attached. Peak: the most it ever was. After: at the end of the traffic.',
  'Every branch has ids, a key of 16 bytes and a position of PostgreSQL of its own. One watermark closes all of them; after that 100 opens a second, each closed at once. Garbage is collected when the runtime thinks fit.',
];

export function toMemoryJson({
  branches,
  rssIdleBytes,
  rssPeakBytes,
  after,
}: MemoryRun): MemoryJson {
  const rssAfterBytes = after.at(-1)?.rssBytes ?? 0;
  const taken = rssPeakBytes - rssIdleBytes;
  return {
    branches,
    rssIdleBytes,
    rssPeakBytes,
    rssAfterBytes,
    givenBackShare: Math.round((100 * (rssPeakBytes - rssAfterBytes)) / taken) / 100,
    bytesPerBranch: Math.round(taken / branches),
  };
}

export function toMemoryReport(run: MemoryRun): BenchReport {
  const json = toMemoryJson(run);
  const { branches, rssIdleBytes, rssPeakBytes, rssAfterBytes, givenBackShare } = json;
  const seconds = Math.round((run.after.at(-1)?.atMs ?? 0) / 1_000);
  const figures = [
    { name: 'idle', value: rssIdleBytes },
    { name: `${branches.toLocaleString('en-US')} open`, value: rssPeakBytes },
    { name: `${seconds} s after the last close`, value: rssAfterBytes },
  ];
  return {
    title: 'Memory of open branches',
    lines: [
      `${branches.toLocaleString('en-US')} open branches take ${formatMb(rssPeakBytes - rssIdleBytes)}, ${json.bytesPerBranch} bytes each; ${seconds} s after the last close ${Math.round(100 * givenBackShare)} % of it is given back.`,
    ],
    charts: [
      {
        id: 'rss',
        title: 'Memory of the node’s process',
        bars: figures.map((figure) => ({
          ...figure,
          text: formatMb(figure.value),
          kind: 'fresh' as const,
        })),
      },
      {
        id: 'after',
        title: 'After the last close',
        bars: thinOut(run.after).map(({ atMs, rssBytes }) => ({
          name: `${(atMs / 1_000).toFixed(0)} s`,
          value: rssBytes,
          text: formatMb(rssBytes),
          kind: 'fresh' as const,
        })),
      },
    ],
    columns: ['branches', 'idle', 'peak', 'after', 'given back', 'per branch'],
    rows: [
      [
        branches.toLocaleString('en-US'),
        ...[rssIdleBytes, rssPeakBytes, rssAfterBytes].map(formatMb),
        `${Math.round(100 * givenBackShare)} %`,
        `${json.bytesPerBranch} B`,
      ],
    ],
    notes: NOTES,
    json: [json],
  };
}

/** A dozen at most, evenly, with the last. */
function thinOut<T>(samples: readonly T[]): T[] {
  const step = Math.max(1, Math.ceil(samples.length / 12));
  return samples.filter((_, index) => (samples.length - 1 - index) % step === 0);
}

function formatMb(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
