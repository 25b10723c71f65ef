/**
 * The horizon: the newest rid that was ever given up unclosed, here or at a peer (rule 7).
 *
 * It is raised durably before the branch's entry goes, and it rides on every batch, so that no node
 * takes a branch that was given up for one that was collected. A wait for a rid at or below it
 * answers `unknown`. Rids sort by time, so one rid stands for all that are older: no tombstones.
 */
import { isUlid } from '@rendezvous/protocol';
import type { Branch } from './branch.js';
import { collect, forget } from './closing.js';
import type { CoreState } from './core-state.js';
import { wakeAll } from './waiting.js';

/** One tick gives up no more, so that a mass expiry never freezes the node. */
const GIVE_UP_COUNT_MAX = 5_000;

export function raiseHorizon(state: CoreState, rid: string, nowMs: number): void {
  if (rid <= state.horizon || !isUlid(rid)) return;
  state.horizon = rid;
  state.records.push({ kind: 'horizon', rid });
  wakeAll(state, nowMs);
}

/** Gives up branches that are older than their store allows. Returns how many. */
export function giveUpExpired(state: CoreState, nowMs: number): number {
  const expired: Branch[] = [];
  for (const layout of state.stores.values()) {
    const bornBefore = nowMs - layout.definition.branchTtlMs;
    for (const branch of state.table.ofStore(layout)) {
      if (branch.insertedAtMs > bornBefore || expired.length === GIVE_UP_COUNT_MAX) break;
      expired.push(branch);
    }
  }
  let newest = '';
  for (const branch of expired) {
    const isUnclosed = branch.closed !== branch.named;
    if (isUnclosed && branch.rid > newest) newest = branch.rid;
  }
  // The horizon's record stands before the collections' in the same append.
  raiseHorizon(state, newest, nowMs);
  for (const branch of expired) {
    collect(state, branch);
    forget(state, branch);
  }
  return expired.length;
}
