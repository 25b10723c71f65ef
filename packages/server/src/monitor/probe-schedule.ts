/**
 * When to look up which markers, and what was found. Pure: time comes in, findings come out.
 *
 *              opened, lag passed             own marker or target shown
 *    WAITING ───────────────────▶ PROBED ─────────────────────────────────▶ found
 *                                 │  ▲ later, in proportion to its age
 *                                 └──┘
 *
 * A branch is first looked up when the least of the lags seen lately is nearly over, and then again
 * after a share of its age. Rounds are kept small by a budget (`probe-budget.ts`), and apart by a
 * pause in proportion to the lag, or to how long nothing has arrived. So a find comes late by that
 * share at most, and lookups that find nothing do not grow with the number of open branches. The
 * price: a store whose lag varies by whole multiples, with very many open branches, is looked at
 * later than it could be, unless it gives hints.
 *
 * The primary is read for overdue branches only, and of them for those that a later write to the
 * same key has passed over, or that stay open for much longer than usual.
 */
import type { OpenBranch } from '@rendezvous/protocol';
import { DeadlineQueue } from '../core/deadline-queue.js';
import { isOwnMarker } from './marker-evidence.js';
import { ObservedLag } from './observed-lag.js';
import {
  addTarget,
  judgeBranch,
  type MarkedKey,
  OpenMarkers,
  type ProbedBranch,
  type Turn,
} from './open-markers.js';
import {
  countScouts,
  createProbeBudget,
  lookupCountMax,
  type ProbeBudget,
  settleRound,
} from './probe-budget.js';

/** Of the least lag seen: looked at a little earlier, a replica that got faster is found out. */
const FIRST_PROBE_SHARE = 0.9;
/** A long lag must not delay the first look for long once it is over. */
const FIRST_PROBE_MAX_MS = 500;
/** Of a branch's age, of the lag, or of a standstill: how much later a find may come. */
const LATENESS_SHARE = 0.05;
/** Of the age of a branch that was found at the first look: the lag may have been less. */
const FASTER_SHARE = 0.9;
/** Nothing has arrived for multiples of the usual: replication stands still. */
const STANDSTILL_LAG_FACTOR = 2;
const INTERVAL_MIN_MS = 5;
const PAUSE_MAX_MS = 1_000;
/** Reads of the primary cross regions: they are for branches that lag by multiples of the usual. */
const TARGET_SCOUT_COUNT = 1;
const TARGET_LAG_FACTOR = 2;
const TARGET_INTERVAL_MIN_MS = 250;
const TARGET_AGE_SHARE = 0.5;
const TARGET_PAUSE_SHARE = 0.2;
/** Before all others, and beyond the budget. */
const AT_ONCE = 0;
const ROUND_KEY_COUNT_MAX = 1_024;

/** What is looked up together. */
export interface ProbeRound {
  readonly branches: readonly ProbedBranch[];
  readonly keys: readonly MarkedKey[];
  /** Those of the keys by which branches were found so far. */
  readonly hits: Set<MarkedKey>;
  /** Of a round at the primary: its number. */
  readonly readNumber: number;
}

/** Bids of branches about which something is proven now. */
export interface Findings {
  readonly visible: readonly string[];
  readonly traceless: readonly string[];
}

/** One of the two kinds of lookups. */
interface Lookups {
  readonly queue: DeadlineQueue<Turn>;
  budget: ProbeBudget;
  pausedUntilMs: number;
}

export class ProbeSchedule {
  readonly #open = new OpenMarkers();
  readonly #lag = new ObservedLag();
  readonly #probes: Lookups = createLookups();
  readonly #targets: Lookups = createLookups();
  #readNumber = 0;
  /** When a branch was last found, or the first of those that are open came. */
  #progressAtMs = 0;

  /** Branches that are open as far as the monitor knows. */
  get size(): number {
    return this.#open.size;
  }

  /** When `takeProbes` has something; Infinity when nothing is open. */
  get nextProbeAtMs(): number {
    return nextAtMs(this.#probes);
  }

  /** When `takeTargets` has something. */
  get nextTargetAtMs(): number {
    return nextAtMs(this.#targets);
  }

  /** The node tells of a branch, perhaps again. `generation` is of the attach that it came by. */
  insert(open: OpenBranch, nowMs: number, generation: number): void {
    if (this.#open.size === 0) this.#progressAtMs = nowMs;
    const branch = this.#open.get(open.bid) ?? this.#add(open, nowMs);
    branch.generation = generation;
    if (!open.overdue || branch.targetsFrom !== undefined) return;
    branch.targetsFrom = this.#readNumber + 1;
    const usualMs = Math.max(TARGET_INTERVAL_MIN_MS, TARGET_LAG_FACTOR * this.#lag.typicalMs);
    const dueAtMs = branch.isPassedOver ? AT_ONCE : branch.openedAtMs + usualMs;
    this.#targets.queue.schedule(branch.target, dueAtMs);
  }

  /** These keys may just have changed at the replica. */
  hint(keys: readonly Uint8Array[]): void {
    for (const { probe } of this.#open.waitingFor(keys)) {
      this.#probes.queue.schedule(probe, AT_ONCE);
    }
  }

  /** Forgets what no attach since has told of: it was settled by others. */
  sweep(generation: number): void {
    for (const branch of [...this.#open]) {
      if (branch.generation < generation) this.#remove(branch);
    }
  }

  /** What to look up at the replica now; perhaps nothing. Ends with `settleProbes`. */
  takeProbes(nowMs: number): ProbeRound {
    const standstillMs = nowMs - this.#progressAtMs;
    const standsStill = standstillMs > STANDSTILL_LAG_FACTOR * this.#lag.typicalMs;
    const scoutCount = countScouts(this.#open.size, standsStill);
    return { ...this.#takeDue(this.#probes, nowMs, scoutCount), readNumber: 0 };
  }

  /** What to look up at the primary now, from now on under a number of its own. */
  takeTargets(nowMs: number): ProbeRound {
    return {
      ...this.#takeDue(this.#targets, nowMs, TARGET_SCOUT_COUNT),
      readNumber: ++this.#readNumber,
    };
  }

  /** Takes in one of the replica's answers: a marker for each of these keys, some of the round's. */
  takeMarkers(
    round: ProbeRound,
    keys: readonly MarkedKey[],
    markers: readonly string[],
    nowMs: number,
  ): Findings {
    keys.forEach((key, index) => (key.shown = markers[index] ?? ''));
    const found = this.#judge(keys, nowMs);
    for (const key of found.branches.flatMap((branch) => branch.keys)) round.hits.add(key);
    return found;
  }

  /** Every key of the round was answered. */
  settleProbes(round: ProbeRound, nowMs: number): void {
    for (const branch of touchedBy(round)) {
      if (this.#open.get(branch.bid) !== branch) continue;
      branch.missedAtMs = nowMs;
      const pauseMs = Math.max(INTERVAL_MIN_MS, LATENESS_SHARE * (nowMs - branch.openedAtMs));
      this.#probes.queue.schedule(branch.probe, nowMs + pauseMs);
    }
    const standstillMs = Math.max(nowMs - this.#progressAtMs, this.#lag.typicalMs);
    const pauseMs = Math.max(INTERVAL_MIN_MS, LATENESS_SHARE * standstillMs);
    settle(this.#probes, round, hitCountOf(round), nowMs + Math.min(PAUSE_MAX_MS, pauseMs));
  }

  /** Takes in the primary's answer: one marker for each key of the round. */
  settleTargets(round: ProbeRound, markers: readonly string[], nowMs: number): Findings {
    const news = new Set<MarkedKey>();
    round.keys.forEach((key, index) => {
      const marker = markers[index] ?? '';
      addTarget(key, marker, round.readNumber);
      const isOther = (one: ProbedBranch): boolean => !isOwnMarker(one.marker, marker);
      if (round.branches.some((one) => one.keys.includes(key) && isOther(one))) news.add(key);
    });
    const found = this.#judge(round.keys, nowMs);
    this.postponeTargets(round, nowMs);
    const pauseMs = TARGET_PAUSE_SHARE * (nowMs - this.#progressAtMs);
    settle(this.#targets, round, news.size, nowMs + Math.max(TARGET_INTERVAL_MIN_MS, pauseMs));
    return found;
  }

  /** Looks up later what the primary did not answer, or did not settle. */
  postponeTargets(round: ProbeRound, nowMs: number): void {
    for (const branch of round.branches) {
      if (this.#open.get(branch.bid) !== branch) continue;
      const intervalMs = TARGET_AGE_SHARE * (nowMs - branch.openedAtMs);
      const dueAtMs = nowMs + Math.max(TARGET_INTERVAL_MIN_MS, intervalMs);
      this.#targets.queue.schedule(branch.target, dueAtMs);
    }
  }

  #add(open: OpenBranch, nowMs: number): ProbedBranch {
    const branch = this.#open.add(open, nowMs - open.ageMs);
    const delayMs = Math.min(FIRST_PROBE_MAX_MS, FIRST_PROBE_SHARE * this.#lag.leastMs);
    this.#probes.queue.schedule(branch.probe, branch.openedAtMs + delayMs);
    return branch;
  }

  #remove(branch: ProbedBranch): void {
    this.#open.remove(branch);
    this.#probes.queue.remove(branch.probe);
    this.#targets.queue.remove(branch.target);
  }

  #takeDue(lookups: Lookups, nowMs: number, scoutCount: number): Omit<ProbeRound, 'readNumber'> {
    const { queue, pausedUntilMs, budget } = lookups;
    const keyCountMax = nowMs < pausedUntilMs ? 0 : lookupCountMax(budget, scoutCount);
    const branches: ProbedBranch[] = [];
    const keys = new Set<MarkedKey>();
    for (;;) {
      const isAtOnce = queue.nextDueAtMs === AT_ONCE;
      if (keys.size >= (isAtOnce ? ROUND_KEY_COUNT_MAX : keyCountMax)) break;
      const branch = this.#open.get(queue.takeDue(nowMs)?.bid ?? '');
      if (branch === undefined) break;
      branches.push(branch);
      for (const key of branch.keys) keys.add(key);
    }
    return { branches, keys: [...keys], hits: new Set() };
  }

  /** Concludes from every reading so far, for all branches that wait for one of these keys. */
  #judge(
    keys: readonly MarkedKey[],
    nowMs: number,
  ): Findings & { readonly branches: ProbedBranch[] } {
    const branches: ProbedBranch[] = [];
    const traceless: string[] = [];
    for (const branch of new Set(keys.flatMap((key) => [...key.branches]))) {
      const evidence = judgeBranch(branch);
      if (evidence === 'visible') branches.push(branch);
      if (evidence !== 'no_trace' || branch.isTraceless) continue;
      branch.isTraceless = true;
      traceless.push(branch.bid);
    }
    for (const branch of branches) this.#conclude(branch, nowMs);
    return { branches, visible: branches.map(({ bid }) => bid), traceless };
  }

  #conclude(branch: ProbedBranch, nowMs: number): void {
    this.#progressAtMs = nowMs;
    this.#remove(branch);
    const ageMs = nowMs - branch.openedAtMs;
    // One that was found at the first look may have been there for long: look earlier the next time.
    if (branch.missedAtMs !== undefined) this.#lag.record(ageMs);
    else if (ageMs < this.#lag.typicalMs) this.#lag.record(FASTER_SHARE * ageMs);
    for (const key of branch.keys) {
      for (const other of key.branches) {
        if (other.openedAtMs > branch.openedAtMs || other.isPassedOver) continue;
        other.isPassedOver = true;
        if (other.targetsFrom !== undefined) this.#targets.queue.schedule(other.target, AT_ONCE);
      }
    }
  }
}

function createLookups(): Lookups {
  return {
    queue: new DeadlineQueue(),
    budget: createProbeBudget(),
    pausedUntilMs: 0,
  };
}

function nextAtMs({ queue, pausedUntilMs }: Lookups): number {
  const { nextDueAtMs = Infinity } = queue;
  return nextDueAtMs === AT_ONCE ? AT_ONCE : Math.max(nextDueAtMs, pausedUntilMs);
}

function settle(lookups: Lookups, { keys }: ProbeRound, hitCount: number, untilMs: number): void {
  const missCount = keys.length - hitCount;
  lookups.budget = settleRound(lookups.budget, hitCount, missCount);
  if (missCount > 0) lookups.pausedUntilMs = untilMs;
}

/** The branches of which every key was looked up in this round, whoever asked for it. */
function touchedBy({ branches, keys }: ProbeRound): Set<ProbedBranch> {
  const looked = new Set(keys);
  const touched = new Set(branches);
  for (const key of keys) {
    for (const branch of key.branches) {
      if (branch.keys.every((one) => looked.has(one))) touched.add(branch);
    }
  }
  return touched;
}

/** A branch that was found may have keys beyond those of the round. */
function hitCountOf({ keys, hits }: ProbeRound): number {
  return keys.filter((key) => hits.has(key)).length;
}
