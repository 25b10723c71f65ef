/** What `bench window` found out: every run of every store, and the one of each that is reported. */
import { toDemoJson, type DemoJson, type DemoResult } from '../demo/demo-result.js';
import type { DemoStoreName } from '../demo/stores/load-demo-store.js';
import { toVerdict } from '../demo/verdict.js';

export interface StoreRuns {
  readonly store: DemoStoreName;
  /** In the order in which they ran; at least one. */
  readonly runs: readonly DemoResult[];
}

export interface WindowVerdict {
  /** As the demo's: 1 when a stale read got through in any run, 3 when any run proved nothing. */
  readonly exitCode: 0 | 1 | 3;
  /** One line for each store. */
  readonly lines: readonly string[];
}

/**
 * The run whose window with Rendezvous is the median of all; of an even number the shorter of the
 * two in the middle. A run without a window counts as the longest.
 */
export function findMedianRun({ runs }: Pick<StoreRuns, 'runs'>): DemoResult {
  const windowMs = (run: DemoResult): number => toDemoJson(run).rendezvous.windowMs.p50 ?? Infinity;
  const sorted = runs.toSorted((a, b) => {
    const [left, right] = [windowMs(a), windowMs(b)];
    return left === right ? 0 : left - right;
  });
  const median = sorted[Math.ceil(sorted.length / 2) - 1];
  if (median === undefined) throw new RangeError('a store has at least one run');
  return median;
}

/** The contract for scripts: one object for each store, each as the demo's. */
export function toWindowJson(stores: readonly StoreRuns[]): DemoJson[] {
  return stores.map((each) => toDemoJson(findMedianRun(each)));
}

/** Judges every run, not only those that are reported. */
export function toWindowVerdict(stores: readonly StoreRuns[]): WindowVerdict {
  const judged = stores.map((each) => ({ ...each, verdict: judge(each) }));
  const exitCodes = judged.map(({ verdict }) => verdict.exitCode);
  const exitCode = exitCodes.includes(1) ? 1 : exitCodes.includes(3) ? 3 : 0;
  return { exitCode, lines: judged.map(({ store, verdict }) => `${store}: ${verdict.text}`) };
}

/** The worst verdict of a store's runs; when all are well, that of the reported one. */
function judge(each: StoreRuns): ReturnType<typeof toVerdict> {
  const verdicts = each.runs.map(toVerdict);
  return (
    verdicts.find(({ exitCode }) => exitCode === 1) ??
    verdicts.find(({ exitCode }) => exitCode === 3) ??
    toVerdict(findMedianRun(each))
  );
}
