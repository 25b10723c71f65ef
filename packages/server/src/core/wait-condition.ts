/**
 * May a read go ahead? The question that the whole system exists for.
 *
 * In this order, and only then `consistent`:
 *   1. this node answers for the region and knows the store (rules 8, 22)
 *   2. no covered request is at or below the horizon (rule 7)
 *   3. every journal of the bookmark is applied up to the bookmark's position (rule 6)
 *   4. every replica that may serve the read is watched and past its barrier (rules 11, 21)
 *   5. no covered branch is open here (rules 6, 9, 18); of those that are, none was cut off by a
 *      failover (rule 10) or is without any trace at its primary (rule 14)
 * Whatever is unknown is never `consistent`. Nothing here changes anything.
 */
import type { Coverage, JournalPosition, PendingReason, Wait } from '@rendezvous/protocol';
import { type Branch, isOpenIn } from './branch.js';
import { type CoreState, UNKNOWN_JOURNAL } from './core-state.js';
import { currentPlace, withCurrentPlaces } from './journal-lineage.js';
import { appliedBy } from './journal-progress.js';
import type { ReplicaState } from './replica-state.js';
import type { StoreLayout } from './store-layout.js';
import type { Blocker } from './wait-registry.js';

/** A bookmark's position may run ahead of what the journal's owner told us for so long. */
const JOURNAL_UNKNOWN_AFTER_MS = 1_000;
/** A replica that nobody has watched for so long makes its region's answers `unknown`. */
const NO_MONITOR_AFTER_MS = 5_000;

export type Verdict =
  | { readonly kind: 'consistent' }
  | { readonly kind: 'unknown'; readonly reason: PendingReason; readonly branch?: Branch }
  | {
      readonly kind: 'blocked';
      readonly reason: PendingReason;
      /** Look again when this changes, or at `recheckAtMs`. */
      readonly blocker: Blocker;
      readonly recheckAtMs: number;
      readonly branch?: Branch;
    };

const CONSISTENT: Verdict = { kind: 'consistent' };

/** Judges a wait that began at `startedAtMs`. */
export function judgeWait(
  state: CoreState,
  query: Wait,
  startedAtMs: number,
  nowMs: number,
): Verdict {
  const { coverage } = query;
  if (!state.regions.has(query.region)) return unknown('region_not_served');
  const layouts = layoutsRead(state, query);
  if (layouts === undefined) return unknown('store_unknown');
  if (layouts.length === 0 || isVacuous(coverage)) return CONSISTENT;
  if (isGivenUp(state, coverage)) return unknown('given_up');
  return (
    judgeJournals(state, coverage, startedAtMs, nowMs) ??
    judgeReplicas(state, layouts, query.region, nowMs) ??
    judgeBranches(state, query, layouts) ??
    CONSISTENT
  );
}

/** A time since which nothing that the wait covers has closed here (rule 17). */
export function quietSince(state: CoreState, query: Wait, nowMs: number): number {
  const { rids, everyRid, positions } = query.coverage;
  let sinceMs = state.recent.quietSince(rids, everyRid);
  for (const place of positions) {
    const { journal, sequence } = currentPlace(state, place);
    const progress = state.journals.get(journal);
    if (progress?.peer === '') continue;
    sinceMs = Math.max(sinceMs, progress ? appliedBy(progress, sequence, nowMs) : nowMs);
  }
  for (const replica of replicasRead(state, layoutsRead(state, query) ?? [], query.region)) {
    sinceMs = Math.max(sinceMs, replica.readySinceMs ?? nowMs);
  }
  return sinceMs;
}

/** The covered branches that are open in the wait's region. */
export function* openBranches(
  state: CoreState,
  query: Wait,
  layouts: readonly StoreLayout[],
): Generator<Branch> {
  const coverage = withCurrentPlaces(state, query.coverage);
  const candidates = coverage.everyRid
    ? layouts.map((layout) => state.table.ofStore(layout))
    : coverage.rids.map((rid) => state.table.ofRid(rid));
  for (const branches of candidates) {
    for (const branch of branches) {
      const mask = branch.layout.regions.get(query.region)?.mask ?? 0;
      if (!isOpenIn(branch, mask) || !layouts.includes(branch.layout)) continue;
      if (branch.touches(query.keys) && isCovered(state, branch, coverage)) yield branch;
    }
  }
}

/**
 * The stores that the read may touch in this region. A store whose home is here has no branch state
 * here: its primary sees every write. Undefined when the named store is not known, or not here.
 */
export function layoutsRead(state: CoreState, query: Wait): readonly StoreLayout[] | undefined {
  if (query.store === '') {
    return [...state.stores.values()].filter(
      (layout) => layout.home !== query.region && layout.regions.has(query.region),
    );
  }
  const layout = state.stores.get(query.store);
  if (!layout?.regions.has(query.region)) return undefined;
  return layout.home === query.region ? [] : [layout];
}

/**
 * Whether some journalled copy of the branch is at or below the bookmark's position (rule 18). A copy
 * that came under an id that its journal had before is in the newest one too, repeated or not yet.
 */
export function isCovered(state: CoreState, branch: Branch, coverage: Coverage): boolean {
  return branch.spots.some(
    (spot) => reaches(coverage, spot) || reaches(coverage, currentPlace(state, spot)),
  );
}

function reaches({ positions }: Coverage, { journal, sequence }: JournalPosition): boolean {
  return positions.some((one) => one.journal === journal && sequence <= one.sequence);
}

function isVacuous(coverage: Coverage): boolean {
  return coverage.positions.length === 0 || (coverage.rids.length === 0 && !coverage.everyRid);
}

function isGivenUp(state: CoreState, coverage: Coverage): boolean {
  if (state.horizon === '') return false;
  return coverage.everyRid || coverage.rids.some((rid) => rid <= state.horizon);
}

function judgeJournals(
  state: CoreState,
  coverage: Coverage,
  startedAtMs: number,
  nowMs: number,
): Verdict | undefined {
  for (const place of coverage.positions) {
    const { journal, sequence } = currentPlace(state, place);
    const progress = state.journals.get(journal);
    if (progress !== undefined && progress.applied >= sequence) continue;
    const unknownAtMs = startedAtMs + JOURNAL_UNKNOWN_AFTER_MS;
    const isAhead = progress === undefined || sequence > progress.head;
    if (isAhead && nowMs >= unknownAtMs) return unknown('journal_unknown');
    return {
      kind: 'blocked',
      reason: 'journal_behind',
      blocker: progress ?? UNKNOWN_JOURNAL,
      recheckAtMs: isAhead ? unknownAtMs : Infinity,
    };
  }
  return undefined;
}

function judgeReplicas(
  state: CoreState,
  layouts: readonly StoreLayout[],
  region: string,
  nowMs: number,
): Verdict | undefined {
  for (const replica of replicasRead(state, layouts, region)) {
    if (replica.readySinceMs !== undefined) continue;
    if (replica.attachments.size > 0) {
      return { kind: 'blocked', reason: 'barrier', blocker: replica, recheckAtMs: Infinity };
    }
    const unknownAtMs = replica.lostAtMs + NO_MONITOR_AFTER_MS;
    if (nowMs >= unknownAtMs) return unknown('no_monitor');
    return { kind: 'blocked', reason: 'no_monitor', blocker: replica, recheckAtMs: unknownAtMs };
  }
  return undefined;
}

function replicasRead(
  state: CoreState,
  layouts: readonly StoreLayout[],
  region: string,
): ReplicaState[] {
  return state.replicas.filter(
    (replica) => replica.region === region && layouts.includes(replica.layout),
  );
}

function judgeBranches(
  state: CoreState,
  query: Wait,
  layouts: readonly StoreLayout[],
): Verdict | undefined {
  let blocking: Branch | undefined;
  for (const branch of openBranches(state, query, layouts)) {
    const mask = branch.layout.regions.get(query.region)?.mask ?? 0;
    if ((branch.cutOff & mask) !== 0) return { ...unknown('cut_off'), branch };
    if ((branch.noTrace & mask) !== 0) return { ...unknown('no_trace'), branch };
    // The last: branches close in the order of their opens, and each look goes over all of them.
    blocking = branch;
  }
  return (
    blocking && {
      kind: 'blocked',
      reason: 'open',
      blocker: blocking.row,
      recheckAtMs: Infinity,
      branch: blocking,
    }
  );
}

function unknown(reason: PendingReason): Verdict & { kind: 'unknown' } {
  return { kind: 'unknown', reason };
}
