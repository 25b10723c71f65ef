/**
 * Branches of stores with markers: when what the primary shows tells what became of their write.
 *
 *               confirm                        marker or target seen
 *    UNDER WAY ─────────▶ OVERDUE ───────────────────────────────────▶ CLOSED
 *        └── lease + 5 s ───▲  └── no trace at the primary ──▶ waits answer `unknown`
 *
 * Such a branch is opened together with its write, so nobody knows yet whether the write happens. It
 * is overdue once the write was acknowledged, or once its lease and 5 s are over on this node's clock
 * (rule 19). Monitors may then read the primary and close the branch by what they find there; an
 * absent key proves nothing (rule 14). A lease that ran out never aborts (rule 15).
 */
import { isUlid, type NoTrace } from '@rendezvous/protocol';
import { announce } from './announcing.js';
import type { Asker } from './asker.js';
import { type Branch, isOpenIn } from './branch.js';
import type { CoreState } from './core-state.js';
import type { Lease } from './lease.js';
import { replyDone, replyFailure } from './reply.js';
import { wake } from './waiting.js';

/** Beyond the lease: a client stops relying on a write before its node does (rule 19). */
const LEASE_GRACE_MS = 5_000;

/** Begins the lease of a branch that has just come into the table. */
export function beginLease(state: CoreState, branch: Branch, leaseMs: number, nowMs: number): void {
  if (!branch.layout.definition.hasMarkers || leaseMs === 0) return;
  const lease: Lease = { row: branch.row, leaseMs, dueAtMs: 0, queueIndex: -1 };
  branch.lease = lease;
  state.leases.schedule(lease, nowMs + leaseMs + LEASE_GRACE_MS);
}

/** The client says that the store acknowledged the write within its lease. */
export function confirm(state: CoreState, bid: string, nowMs: number): void {
  const branch = state.table.get(bid);
  if (!branch?.lease) return;
  if (state.journal.sequenceOf(branch) > 0) {
    for (const stream of state.streams.values()) stream.confirmed.add(bid);
  }
  endLease(state, branch, nowMs);
}

export function endDueLeases(state: CoreState, nowMs: number): void {
  for (let due = state.leases.takeDue(nowMs); due; due = state.leases.takeDue(nowMs)) {
    const branch = state.table.at(due.row);
    if (branch) endLease(state, branch, nowMs);
  }
}

/** The branch is overdue: monitors that watch it where it is open are told. */
function endLease(state: CoreState, branch: Branch, nowMs: number): void {
  if (!branch.lease) return;
  state.leases.remove(branch.lease);
  branch.lease = undefined;
  for (const replica of state.replicas) {
    if (replica.layout !== branch.layout || !isOpenIn(branch, replica.bit)) continue;
    for (const attachment of replica.attachments) announce(state, attachment, branch, nowMs);
  }
}

/** The primary shows nothing of these branches' writes; what is not overdue may still come. */
export function receiveNoTrace(
  state: CoreState,
  asker: Asker,
  { region, replica, bids }: NoTrace,
  nowMs: number,
): void {
  const places = state.replicas.filter((one) => one.region === region && one.name === replica);
  if (places.length === 0 || !bids.every(isUlid)) {
    const message = `no store has a replica "${replica.slice(0, 40)}" in "${region.slice(0, 40)}", or a bid is none`;
    replyFailure(state, asker, 'bad_request', message);
    return;
  }
  for (const bid of bids) {
    const branch = state.table.get(bid);
    const place = places.find(({ layout }) => layout === branch?.layout);
    if (!branch || !place || !branch.layout.definition.hasMarkers) continue;
    if (branch.lease || !isOpenIn(branch, place.bit)) continue;
    branch.noTrace |= place.bit;
    wake(state, branch, nowMs);
  }
  replyDone(state, asker);
}
