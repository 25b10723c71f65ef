/** What `bench overhead` found out, and the rows that scripts get. */
import type { Machine } from '../demo/machine.js';
import { percentile, summarize, type Summary } from '../demo/statistics.js';
import type { DemoStoreName } from '../demo/stores/load-demo-store.js';
import type { OverheadMeasure, OverheadTimes } from './overhead-contracts.js';

/** One comparison on one store at one distance. */
export interface OverheadSample {
  readonly store: DemoStoreName;
  readonly measure: OverheadMeasure;
  readonly rttMs: number;
  readonly times: OverheadTimes;
}

export interface OverheadResult {
  readonly samples: readonly OverheadSample[];
  /** Version of each store that was measured. */
  readonly versions: readonly string[];
  readonly machine: Machine;
}

/** The contract for scripts: names and shape are stable. */
export interface OverheadJson {
  readonly store: string;
  readonly op: 'control' | 'write' | 'read' | 'readClosed';
  /** What is compared: for a control it says what the two sides did, both without Rendezvous. */
  readonly measure: OverheadMeasure;
  readonly rttMs: number;
  readonly bareMs: Summary;
  /** For a control, the second bare client's; of `controlPing` the read beside a ping. */
  readonly wrappedMs: Summary;
  /** `wrappedMs` by `bareMs`. */
  readonly ratio: Summary;
}

export function toOverheadJson(samples: readonly OverheadSample[]): OverheadJson[] {
  return samples.map(({ store, measure, rttMs, times: { bareMs, wrappedMs } }) => ({
    store,
    op: isControl(measure) ? 'control' : measure,
    measure,
    rttMs,
    bareMs: summarize(bareMs),
    wrappedMs: summarize(wrappedMs),
    ratio: { p50: toRatio(wrappedMs, bareMs, 0.5), p99: toRatio(wrappedMs, bareMs, 0.99) },
  }));
}

function isControl(
  measure: OverheadMeasure,
): measure is Extract<OverheadMeasure, `control${string}`> {
  return measure.startsWith('control');
}

/** Of values that are not rounded yet; null: nothing was measured. */
function toRatio(values: readonly number[], base: readonly number[], rank: number): number | null {
  const [value, baseValue] = [percentile(values, rank), percentile(base, rank)];
  if (value === undefined || baseValue === undefined || baseValue === 0) return null;
  return Math.round((value / baseValue) * 1_000) / 1_000;
}
