/**
 * The own journal, streamed to peers.
 *
 * Only durable entries are sent (rule 2), each batch says which range it covers (rule 4), and the
 * range moves also when nothing in it concerns the receiver. A stream sends ahead by at most a
 * window; a peer that was away is caught up from the journal, not from a queue. The horizon rides
 * on every batch (rule 7).
 */
import type { Batch, JournalEntry, Replicate, ReplicateAck } from '@rendezvous/protocol';
import type { Branch } from './branch.js';
import { type CoreState, operationKey } from './core-state.js';
import type { OutgoingStream } from './outgoing-stream.js';
import type { Asker } from './asker.js';
import { reply, replyFailure } from './reply.js';

/** Sequences sent and not acknowledged: a second's worth at full speed. */
const WINDOW_COUNT = 50_000;
const BATCH_ENTRY_COUNT_MAX = 1_000;
/** Stays well below the frame limit of 1 MiB. */
const BATCH_BYTES_MAX = 256 * 1024;
/** Rough size of an entry without its keys and position. */
const ENTRY_BYTES = 120;
/** An idle stream says so this often, so that the peer's progress and liveness are known. */
const STREAM_HEARTBEAT_MS = 1_000;

export function receiveReplicate(
  state: CoreState,
  asker: Asker,
  request: Replicate,
  nowMs: number,
): void {
  const { journal } = state;
  const applied = request.journal === journal.id ? request.from : 0;
  if (applied > journal.durable) {
    const message = `the peer has applied ${String(applied)} of journal ${journal.id}, which ends at ${String(journal.durable)}`;
    replyFailure(state, asker, 'journal_failed', message);
    return;
  }
  // What this node held before it restarted is sent again: who reported its close is forgotten.
  const from = Math.min(applied, journal.restoredFrom);
  const aborted = new Set<string>();
  for (const { branch, sequence } of journal.entriesAfter(0)) {
    if (sequence > from) break;
    if (branch.aborted) aborted.add(branch.bid);
  }
  const stream: OutgoingStream = {
    asker,
    regions: request.regions,
    sent: from,
    acknowledged: from,
    aborted,
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
  stream.acknowledged = Math.max(
    stream.acknowledged,
    Math.min(acknowledgement.applied, stream.sent),
  );
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
  while (stream.sent < journal.durable && stream.sent - stream.acknowledged < WINDOW_COUNT) {
    const { entries, to } = nextRange(state, stream);
    sendBatch(state, stream, entries, to, nowMs);
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
): { readonly entries: JournalEntry[]; readonly to: number } {
  const entries: JournalEntry[] = [];
  let bytes = 0;
  for (const { sequence, branch } of state.journal.entriesAfter(stream.sent)) {
    if (entries.length >= BATCH_ENTRY_COUNT_MAX || bytes >= BATCH_BYTES_MAX) {
      return { entries, to: sequence - 1 };
    }
    const regions = namedRegions(branch);
    if (!regions.some((region) => stream.regions.includes(region))) continue;
    const { bid, rid, layout, keys, position } = branch;
    entries.push({ sequence, bid, rid, store: layout.name, regions, keys, position });
    if (branch.aborted) stream.aborted.add(bid);
    bytes += keys.reduce((sum, key) => sum + key.length, ENTRY_BYTES + position.length);
  }
  return { entries, to: state.journal.durable };
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
  };
  stream.sent = to;
  stream.aborted.clear();
  stream.lastSentAtMs = nowMs;
  reply(state, stream.asker, batch);
}

function namedRegions(branch: Branch): string[] {
  return [...branch.layout.regions.values()]
    .filter((region) => (branch.named & region.mask) !== 0)
    .map((region) => region.name);
}
