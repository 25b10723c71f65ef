/**
 * Peers' journals, applied to the table.
 *
 * A batch says `(from, to]`. It is applied only if `from` is at or below the applied position; then
 * the applied position is `to` (rule 4). After a gap the stream is asked for again. What the table
 * was not rebuilt from is not claimed: after a restart every peer's journal is applied from its
 * start (rule 5).
 */
import {
  type Batch,
  isJournalId,
  isUlid,
  type JournalPosition,
  type ReportClosed,
} from '@rendezvous/protocol';
import { forgetReports, settleReport } from './closing.js';
import { type CoreState, UNKNOWN_JOURNAL } from './core-state.js';
import { raiseHorizon } from './horizon.js';
import { advance, createJournalProgress, type JournalProgress } from './journal-progress.js';
import { recordPredecessors } from './succession.js';
import { confirm } from './leases.js';
import { abort, insertCopy, repeatCopy } from './opening.js';
import type { PeerState } from './peer-state.js';
import { wake, wakeAll } from './waiting.js';

/** Journals that peers have left behind; the oldest is forgotten, and its waits answer `unknown`. */
const JOURNAL_COUNT_MAX = 64;

export function connectPeer(state: CoreState, peer: PeerState): void {
  peer.connected = true;
  requestStream(state, peer);
}

export function disconnectPeer(peer: PeerState): void {
  peer.connected = false;
  for (const owed of peer.owed.values()) owed.sent = undefined;
}

/** Returns false when the batch makes no sense, so that the host ends the connection. */
export function applyBatch(
  state: CoreState,
  peer: PeerState,
  batch: Batch,
  nowMs: number,
): boolean {
  if (!isSane(state, peer, batch)) return false;
  const progress = progressOf(state, peer, batch, nowMs);
  if (batch.from > progress.applied) {
    requestStream(state, peer);
    return true;
  }
  progress.head = Math.max(progress.head, batch.head);
  raiseHorizon(state, batch.horizon, nowMs);
  for (const entry of batch.entries) {
    const take = entry.sequence > progress.applied ? insertCopy : repeatCopy;
    take(state, batch.journal, entry, nowMs);
  }
  for (const bid of batch.aborted) {
    const branch = state.table.get(bid);
    // Only who journalled a branch was told by its client that the write failed.
    if (!branch || branch.sequenceIn(batch.journal) === 0) continue;
    abort(state, branch, nowMs);
  }
  for (const bid of batch.confirmed) confirm(state, bid, nowMs);
  if (batch.to > progress.applied) {
    advance(progress, batch.to, nowMs);
    wake(state, progress, nowMs);
  }
  const { journal, applied } = progress;
  state.effects.push({ kind: 'acknowledge', peer: peer.name, journal, applied });
  return true;
}

/** Whether a batch can be what its journal's owner sent. */
function isSane(state: CoreState, peer: PeerState, batch: Batch): boolean {
  const { journal, from, to, head, entries } = batch;
  if (!isJournalId(journal) || from > to || to > head) return false;
  // A journal has one owner, and this node's own has none beside it.
  if ((state.journals.get(journal)?.peer ?? peer.name) !== peer.name) return false;
  let previous = from;
  for (const { sequence, bid, rid } of entries) {
    if (sequence <= previous || sequence > to || !isUlid(bid) || !isUlid(rid)) return false;
    previous = sequence;
  }
  return true;
}

export function reportAcknowledged(state: CoreState, peer: PeerState, report: ReportClosed): void {
  settleReport(state, peer, report);
}

function requestStream(state: CoreState, peer: PeerState): void {
  const from = state.journals.get(peer.journal)?.applied ?? 0;
  state.effects.push({ kind: 'replicate', peer: peer.name, journal: peer.journal, from });
}

function progressOf(
  state: CoreState,
  peer: PeerState,
  { journal, predecessors }: Batch,
  nowMs: number,
): JournalProgress {
  if (peer.journal !== journal) {
    forgetReports(state, peer);
    peer.journal = journal;
  }
  const known = state.journals.get(journal);
  const progress = known ?? createJournalProgress(journal, peer.name);
  state.journals.set(journal, progress);
  if (predecessors.length > 0) succeed(state, progress, predecessors, nowMs);
  if (!known) forgetOldJournal(state);
  if (!known || predecessors.length > 0) wake(state, UNKNOWN_JOURNAL, nowMs);
  return progress;
}

/** The journal had other ids before: what this node applied of it then need not come again. */
function succeed(
  state: CoreState,
  progress: JournalProgress,
  predecessors: readonly JournalPosition[],
  nowMs: number,
): void {
  const own = predecessors.filter(({ journal }) => {
    const before = state.journals.get(journal);
    return before === undefined || before.peer === progress.peer;
  });
  const { successions } = state;
  recordPredecessors(successions, progress.peer, progress.journal, own);
  for (const { journal, sequence } of own) {
    const before = state.journals.get(journal);
    if (!before) continue;
    advance(progress, Math.min(before.applied, sequence), nowMs);
  }
  // Places lead elsewhere now: those of these ids, and of older ones whose succession is void.
  wakeAll(state, nowMs);
}

function forgetOldJournal(state: CoreState): void {
  if (state.journals.size <= JOURNAL_COUNT_MAX) return;
  const current = new Set([...state.peers.values()].map((peer) => peer.journal));
  for (const { journal } of state.journals.values()) {
    if (journal === state.journal.id || current.has(journal)) continue;
    state.journals.delete(journal);
    return;
  }
}
