/** What `bench window` found out: every run of every store, and the one of each that is reported. */
import {
  count,
  measured,
  toDemoJson,
  type DemoJson,
  type DemoResult,
  type PhaseResult,
} from '../demo/demo-result.js';
import type { DemoStoreName } from '../demo/stores/load-demo-store.js';
import { summarize, type Summary } from '../demo/statistics.js';
import { toVerdict } from '../demo/verdict.js';

export interface StoreRuns {
  readonly store: DemoStoreName;
  /** That was injected. */
  readonly lagMs: number;
  /** In the order in which they ran; at least one. */
  readonly runs: readonly DemoResult[];
}

export interface WindowVerdict {
  /** As the demo's: 1 when a stale read got through in any run, 3 when any run proved nothing. */
  readonly exitCode: 0 | 1 | 3;
  /** One line for each store and lag. */
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

/** How one way to read did. */
export interface ApproachJson {
  /** `nothing`: the post was read at once. */
  readonly name: 'nothing' | 'sleep' | 'poll' | 'origin' | 'rendezvous';
  readonly staleReads: number;
  readonly windowMs: Summary;
  /** The median window, as a multiple of the median lag; null: one of them was not measured. */
  readonly windowPerLag: number | null;
  /** Operations on the datastore: the function's, and the monitor's in the region of the read. */
  readonly storeOpsPerRead: number | null;
}

/** The contract for scripts: the demo's object, and what people do instead beside it. */
export interface WindowJson extends DemoJson {
  readonly injectedLagMs: number;
  readonly rendezvous: DemoJson['rendezvous'] &
    Pick<ApproachJson, 'windowPerLag' | 'storeOpsPerRead'>;
  readonly alternatives: readonly ApproachJson[];
}

/** One object for each store and lag. */
export function toWindowJson(stores: readonly StoreRuns[]): WindowJson[] {
  return stores.map((each) => {
    const run = findMedianRun(each);
    const json = toDemoJson(run);
    const approaches = toApproaches(run);
    const alternatives = approaches.filter(({ name }) => name !== 'rendezvous');
    const { windowPerLag, storeOpsPerRead } = toApproach('rendezvous', run.rendezvous, run);
    return {
      ...json,
      injectedLagMs: each.lagMs,
      rendezvous: { ...json.rendezvous, windowPerLag, storeOpsPerRead },
      alternatives,
    };
  });
}

/** Every way to read that the run measured, Rendezvous last. */
export function toApproaches(run: DemoResult): ApproachJson[] {
  return [
    toApproach('nothing', run.baseline, run),
    ...run.alternatives.map(({ name, phase }) => toApproach(name, phase, run)),
    toApproach('rendezvous', run.rendezvous, run),
  ];
}

function toApproach(
  name: ApproachJson['name'],
  { posts, storeOpsPerRead }: PhaseResult,
  run: DemoResult,
): ApproachJson {
  const windowMs = summarize(measured(posts, 'windowMs'));
  const { p50: lagMs } = toDemoJson(run).replicationLagMs;
  return {
    name,
    staleReads: count(posts, 'stale'),
    windowMs,
    windowPerLag: windowMs.p50 === null || !lagMs ? null : round(windowMs.p50 / lagMs),
    storeOpsPerRead: storeOpsPerRead === undefined ? null : round(storeOpsPerRead),
  };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

/** What to call a store's runs: the store, and the lag where it was measured at several. */
export function nameOf({ store, lagMs }: StoreRuns, all: readonly StoreRuns[]): string {
  const isOnly = all.filter((other) => other.store === store).length === 1;
  return isOnly ? store : `${store} at ${lagMs} ms`;
}

/** Judges every run, not only those that are reported. */
export function toWindowVerdict(stores: readonly StoreRuns[]): WindowVerdict {
  const judged = stores.map((each) => ({ ...each, verdict: judge(each) }));
  const exitCodes = judged.map(({ verdict }) => verdict.exitCode);
  const exitCode = exitCodes.includes(1) ? 1 : exitCodes.includes(3) ? 3 : 0;
  return { exitCode, lines: judged.map((each) => `${nameOf(each, stores)}: ${each.verdict.text}`) };
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
