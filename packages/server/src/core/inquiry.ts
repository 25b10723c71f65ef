/**
 * Asking a journal's owner about branches that stay open here for long (rule 13).
 *
 * An owner collects a branch only once every region has reported its close, this one included. So what
 * it has collected was closed here before: by this node before it restarted, or by another node of the
 * region. Signals may be lost and markers overwritten; without this question such a branch would stay
 * open until it is given up. What the owner gave up is not collected: its horizon comes with the answer
 * and is taken in first (rule 7).
 */
import { type Inquire, type Inquired, isUlid } from '@rendezvous/protocol';
import type { Asker } from './asker.js';
import { isOpenIn } from './branch.js';
import { close } from './closing.js';
import type { CoreState } from './core-state.js';
import { raiseHorizon } from './horizon.js';
import type { PeerState } from './peer-state.js';
import { reply, replyFailure } from './reply.js';

/** Longer than a usual lag: a branch that is younger is open because it is not visible yet. */
const OPEN_FOR_LONG_MS = 30_000;
const INQUIRY_INTERVAL_MS = 30_000;
/** One frame's worth; the oldest first, so that every branch has its turn. */
const INQUIRY_BID_COUNT_MAX = 5_000;

/** Asks every connected peer about its branches that have been open here for long. */
export function sendInquiries(state: CoreState, nowMs: number): void {
  if (nowMs - state.inquiredAtMs < INQUIRY_INTERVAL_MS) return;
  state.inquiredAtMs = nowMs;
  for (const peer of state.peers.values()) {
    if (!peer.connected || peer.journal === '') continue;
    const bids = openForLong(state, peer.journal, nowMs);
    if (bids.length === 0) continue;
    const inquiry: Inquire = { kind: 'inquire', journal: peer.journal, bids };
    state.effects.push({ kind: 'inquire', peer: peer.name, inquiry });
  }
}

function openForLong(state: CoreState, journal: string, nowMs: number): string[] {
  const bids: string[] = [];
  for (const layout of state.stores.values()) {
    for (const branch of state.table.ofStore(layout)) {
      if (nowMs - branch.insertedAtMs < OPEN_FOR_LONG_MS) break;
      if (bids.length === INQUIRY_BID_COUNT_MAX) return bids;
      const isCopy = branch.sequenceIn(journal) > 0;
      if (isCopy && isOpenIn(branch, layout.servedMask)) bids.push(branch.bid);
    }
  }
  return bids;
}

/** Says which of a peer's branches this node has collected; of another journal it knows nothing. */
export function receiveInquiry(state: CoreState, asker: Asker, { journal, bids }: Inquire): void {
  if (journal !== state.journal.id || bids.length > INQUIRY_BID_COUNT_MAX || !bids.every(isUlid)) {
    const message = `this node's journal is ${state.journal.id}; an inquiry names up to ${String(INQUIRY_BID_COUNT_MAX)} bids of it`;
    replyFailure(state, asker, 'bad_request', message);
    return;
  }
  const collected = bids.filter((bid) => {
    const branch = state.table.get(bid);
    return branch === undefined || branch.collected || state.journal.sequenceOf(branch) === 0;
  });
  reply(state, asker, { kind: 'inquired', collected, horizon: state.horizon });
}

export function receiveInquired(
  state: CoreState,
  peer: PeerState,
  { journal }: Inquire,
  { collected, horizon }: Inquired,
  nowMs: number,
): void {
  if (peer.journal !== journal) return;
  raiseHorizon(state, horizon, nowMs);
  for (const bid of collected) {
    const branch = state.table.get(bid);
    if (!branch || branch.sequenceIn(journal) === 0) continue;
    close(state, branch, branch.layout.servedMask, nowMs);
  }
}
