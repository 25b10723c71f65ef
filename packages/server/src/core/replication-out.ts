/**
 * The own journal, streamed to peers.
 *
 * Only durable entries are sent (rule 2), each batch says which range it covers (rule 4), and the
 * range moves also when nothing in it concerns the receiver. A stream sends ahead by at most a
 * window; a peer that was away is caught up from the journal, not from a queue. The horizon rides
 * on every batch (rule 7).
 */
import type { Batch, JournalEntry, Replicate, ReplicateAck } from '@rendezvous/protocol';
import { sizeOf } from './branch.js';
import { type CoreState, operationKey } from './core-state.js';
import { regionsNamed, toEntry } from './journal-entry.js';
import type { OutgoingStream } from './outgoing-stream.js';
import type { Asker } from './asker.js';
import { admit } from './admission.js';
import { reply, replyFailure } from './reply.js';

/** Bytes sent and not acknowledged: some 20,000 entries, well below what a socket may hold back. */
const WINDOW_BYTES = 4 * 1024 * 1024;
const BATCH_ENTRY_COUNT_MAX = 1_000;
/** Stays well below the frame limit of 1 MiB. */
const BATCH_BYTES_MAX = 256 * 1024;
/** An idle stream says so this often, so that the peer's progress and liveness are known. */
const STREAM_HEARTBEAT_MS = 1_000;

export function receiveReplicate(
  state: CoreState,
  asker: Asker,
  request: Replicate,
  nowMs: number,
): void {
  if (!admit(state, asker, 'replicate')) return;
  const { journal } = state;
  const applied = journal.appliedBy(request.journal, request.from);
  if (applied > journal.durable) {
    const message = `the peer has applied ${String(applied)} of journal ${journal.id}, which ends at ${String(journal.durable)}`;
    replyFailure(state, asker, 'journal_failed', message);
    return;
  }
  // What this node held before it restarted is sent again: who reported its close is forgotten.
  const from = Math.min(applied, journal.restoredFrom);
  const aborted = new Set<string>();
  for (const { row, sequence } of journal.rowsAfter(0)) {
    if (sequence > from) break;
    const branch = state.table.at(row);
    if (branch?.aborted === true) aborted.add(branch.bid);
  }
  const stream: OutgoingStream = {
    asker,
    regions: knownRegions(state, request.regions),
    sent: from,
    inFlight: [],
    aborted,
    confirmed: new Set(),
    hasBegun: false,
    lastSentAtMs: nowMs,
  };
  state.streams.set(operationKey(asker.session, asker.id), stream);
  // The first batch says which journal this is and where it ends, entries or not.
  if (!pump(state, stream, nowMs)) sendBatch(state, stream, [], from, nowMs);
}

export function receiveReplicateAck(
  state: CoreState,
  session: number,
  acknowledgement: ReplicateAck,
  nowMs: number,
): void {
  const stream = state.streams.get(operationKey(session, acknowledgement.target));
  if (!stream || acknowledgement.journal !== state.journal.id) return;
  stream.inFlight = stream.inFlight.filter(({ to }) => to > acknowledgement.applied);
  pump(state, stream, nowMs);
}

/** Sends what has become durable, and what is overdue. */
export function pumpAll(state: CoreState, nowMs: number): void {
  for (const stream of state.streams.values()) pump(state, stream, nowMs);
}

export function sendHeartbeats(state: CoreState, nowMs: number): void {
  for (const stream of state.streams.values()) {
    if (nowMs - stream.lastSentAtMs < STREAM_HEARTBEAT_MS) continue;
    sendBatch(state, stream, [], stream.sent, nowMs);
  }
}

function pump(state: CoreState, stream: OutgoingStream, nowMs: number): boolean {
  const { journal } = state;
  let isSent = false;
  while (stream.sent < journal.durable && bytesInFlight(stream) < WINDOW_BYTES) {
    const { entries, to, bytes } = nextRange(state, stream);
    sendBatch(state, stream, entries, to, nowMs);
    if (bytes > 0) stream.inFlight.push({ to, bytes });
    isSent = true;
  }
  if (!isSent && stream.aborted.size > 0) {
    sendBatch(state, stream, [], stream.sent, nowMs);
    isSent = true;
  }
  return isSent;
}

function nextRange(
  state: CoreState,
  stream: OutgoingStream,
): { readonly entries: JournalEntry[]; readonly to: number; readonly bytes: number } {
  const entries: JournalEntry[] = [];
  let bytes = 0;
  for (const { sequence, row } of state.journal.rowsAfter(stream.sent)) {
    if (entries.length >= BATCH_ENTRY_COUNT_MAX || bytes >= BATCH_BYTES_MAX) {
      return { entries, to: sequence - 1, bytes };
    }
    const branch = state.table.at(row);
    if (!branch) continue;
    const regions = regionsNamed(branch);
    if (!regions.some((region) => stream.regions.includes(region))) continue;
    const entry = toEntry(branch, sequence, regions);
    entries.push(entry);
    bytes += sizeOf(entry);
  }
  return { entries, to: state.journal.durable, bytes };
}

function bytesInFlight({ inFlight }: OutgoingStream): number {
  return inFlight.reduce((sum, { bytes }) => sum + bytes, 0);
}

function sendBatch(
  state: CoreState,
  stream: OutgoingStream,
  entries: readonly JournalEntry[],
  to: number,
  nowMs: number,
): void {
  const batch: Batch = {
    kind: 'batch',
    journal: state.journal.id,
    from: stream.sent,
    to,
    head: state.journal.durable,
    entries,
    horizon: state.horizon,
    aborted: [...stream.aborted],
    confirmed: [...stream.confirmed],
    predecessors: stream.hasBegun ? [] : state.journal.predecessors,
  };
  stream.sent = to;
  stream.hasBegun = true;
  stream.aborted.clear();
  stream.confirmed.clear();
  stream.lastSentAtMs = nowMs;
  reply(state, stream.asker, batch);
}

/** Without repetition, and without what no store has: the list is gone through for every entry. */
function knownRegions(state: CoreState, regions: readonly string[]): string[] {
  const asked = new Set(regions);
  const known = [...state.stores.values()].flatMap((layout) => [...layout.regions.keys()]);
  return [...new Set(known)].filter((region) => asked.has(region));
}
