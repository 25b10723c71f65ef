/**
 * A metadata node without any I/O.
 *
 * Messages, time and journal acknowledgements go in; replies, appends and requests to peers come
 * out as data, in order. There is no clock, no socket and no randomness inside, so the same core
 * runs in the server and in a deterministic simulator. Time is any monotonic clock in milliseconds
 * that the host keeps giving; it is never compared with another machine's.
 *
 * Every method takes one input in whole and returns its effects. The host must carry out all of
 * them, and must call `tick` no later than `nextTickAtMs`.
 */
import type {
  Batch,
  ClientBody,
  ClientMessage,
  Inquire,
  Inquired,
  ReportClosed,
  StatusAnswer,
} from '@rendezvous/protocol';
import { sendAnnouncements } from './announcing.js';
import { sendReports, receiveReport } from './closing.js';
import {
  type CoreState,
  createCoreState,
  type NodeCoreOptions,
  operationKey,
} from './core-state.js';
import type { Effect } from './effect.js';
import { giveUpExpired } from './horizon.js';
import { receiveInquired, receiveInquiry, sendInquiries } from './inquiry.js';
import { advance } from './journal-progress.js';
import {
  continueClosing,
  detach,
  expireHeldApplied,
  receiveApplied,
  receiveAttach,
  receiveClose,
  receiveWatermark,
  retryHeldApplied,
} from './monitoring.js';
import { confirm, endDueLeases, receiveNoTrace } from './leases.js';
import { journalSynced, receiveAbort, receiveOpen, restoreEntry } from './opening.js';
import type { PeerState } from './peer-state.js';
import { applyBatch, connectPeer, disconnectPeer, reportAcknowledged } from './replication-in.js';
import {
  pumpAll,
  receiveReplicate,
  receiveReplicateAck,
  sendHeartbeats,
} from './replication-out.js';
import type { Asker } from './asker.js';
import { reply, replyDone, replyFailure } from './reply.js';
import { statusOf } from './status.js';
import { receiveWait, wakeDue } from './waiting.js';

/** How often the core looks at what no input brings up: expiry, heartbeats. */
const HOUSEKEEPING_INTERVAL_MS = 500;

export class NodeCore {
  readonly #state: CoreState;
  #housekeepingAtMs: number;
  #lastTickAtMs: number;

  constructor(options: NodeCoreOptions, nowMs: number) {
    this.#state = createCoreState(options, nowMs);
    this.#housekeepingAtMs = nowMs + HOUSEKEEPING_INTERVAL_MS;
    this.#lastTickAtMs = nowMs;
    for (const entry of options.journal.entries) restoreEntry(this.#state, entry, nowMs);
    const own = this.#state.journals.get(options.journal.id);
    if (own) advance(own, options.journal.head, nowMs);
  }

  /** Takes one message of a session. HELLO, ping and permissions are the host's. */
  receive(session: number, message: ClientMessage, nowMs: number): Effect[] {
    return this.receiveAll(session, [message], nowMs);
  }

  /** Takes messages of a session that came together: as one after the other, with one list of effects. */
  receiveAll(session: number, messages: readonly ClientMessage[], nowMs: number): Effect[] {
    for (const { id, body } of messages) this.#dispatch({ session, id }, body, nowMs);
    return this.#finish(nowMs);
  }

  /** The session is over: its waits, streams and attachments go with it. */
  endSession(session: number, nowMs: number): Effect[] {
    const state = this.#state;
    for (const wait of state.waits.ofSession(session)) state.waits.remove(wait);
    for (const [key, stream] of state.streams) {
      if (stream.asker.session === session) state.streams.delete(key);
    }
    const attachments = [...state.attachments.values()].filter((one) => one.session === session);
    detach(state, attachments, nowMs);
    state.heldApplied = state.heldApplied.filter((held) => held.session !== session);
    state.awaitingSync = state.awaitingSync.filter((one) => one.session !== session);
    return this.#finish(nowMs);
  }

  /** The appends up to this ticket are durable. */
  journalSynced(ticket: number, nowMs: number): Effect[] {
    journalSynced(this.#state, ticket, nowMs);
    retryHeldApplied(this.#state, nowMs);
    pumpAll(this.#state, nowMs);
    return this.#finish(nowMs);
  }

  peerConnected(name: string): Effect[] {
    connectPeer(this.#state, this.#peer(name));
    return this.#finish();
  }

  peerDisconnected(name: string): Effect[] {
    disconnectPeer(this.#peer(name));
    return this.#finish();
  }

  /** Applies a peer's batch; `isSane: false` asks the host to end that connection. */
  receiveBatch(
    name: string,
    batch: Batch,
    nowMs: number,
  ): { readonly isSane: boolean; readonly effects: Effect[] } {
    const isSane = applyBatch(this.#state, this.#peer(name), batch, nowMs);
    retryHeldApplied(this.#state, nowMs);
    return { isSane, effects: this.#finish(nowMs) };
  }

  reportAcknowledged(name: string, report: ReportClosed): Effect[] {
    reportAcknowledged(this.#state, this.#peer(name), report);
    return this.#finish();
  }

  /** Takes a peer's answer to an inquiry. */
  receiveInquired(name: string, inquiry: Inquire, answer: Inquired, nowMs: number): Effect[] {
    receiveInquired(this.#state, this.#peer(name), inquiry, answer, nowMs);
    return this.#finish(nowMs);
  }

  /** When `tick` must be called at the latest. */
  get nextTickAtMs(): number {
    if (this.#state.catchingUp.size > 0) return this.#lastTickAtMs;
    const { waits, leases } = this.#state;
    return Math.min(
      waits.nextDueAtMs ?? Infinity,
      leases.nextDueAtMs ?? Infinity,
      this.#housekeepingAtMs,
    );
  }

  tick(nowMs: number): Effect[] {
    this.#lastTickAtMs = nowMs;
    wakeDue(this.#state, nowMs);
    endDueLeases(this.#state, nowMs);
    continueClosing(this.#state, nowMs);
    if (nowMs >= this.#housekeepingAtMs) {
      this.#housekeepingAtMs = nowMs + HOUSEKEEPING_INTERVAL_MS;
      giveUpExpired(this.#state, nowMs);
      expireHeldApplied(this.#state, nowMs);
      sendHeartbeats(this.#state, nowMs);
      sendInquiries(this.#state, nowMs);
    }
    return this.#finish(nowMs);
  }

  /** Branches that the node remembers, closed ones included whose owners do not know it yet. */
  get branchCount(): number {
    return this.#state.table.size;
  }

  status(nowMs: number): StatusAnswer {
    return statusOf(this.#state, nowMs);
  }

  #dispatch(asker: Asker, body: ClientBody, nowMs: number): void {
    const state = this.#state;
    switch (body.kind) {
      case 'open':
        return receiveOpen(state, asker, body, nowMs);
      case 'abort':
        receiveAbort(state, body.bid, nowMs);
        pumpAll(state, nowMs);
        return replyDone(state, asker);
      case 'wait':
        return receiveWait(state, asker, body, nowMs);
      case 'cancel':
        return this.#cancel({ session: asker.session, id: body.target }, nowMs);
      case 'status':
        return reply(state, asker, statusOf(state, nowMs));
      case 'close':
        return receiveClose(state, asker, body, nowMs);
      case 'applied':
        return receiveApplied(state, asker, body, nowMs);
      case 'attach':
        return receiveAttach(state, asker, body, nowMs);
      case 'watermark':
        return receiveWatermark(state, asker, body, nowMs);
      case 'replicate':
        return receiveReplicate(state, asker, body, nowMs);
      case 'replicateAck':
        return receiveReplicateAck(state, asker.session, body, nowMs);
      case 'reportClosed':
        receiveReport(state, body, nowMs);
        return replyDone(state, asker);
      case 'confirm':
        return confirm(state, body.bid, nowMs);
      case 'noTrace':
        return receiveNoTrace(state, asker, body, nowMs);
      case 'inquire':
        return receiveInquiry(state, asker, body);
      case 'ping':
        return replyDone(state, asker);
      case 'hello':
        return replyFailure(state, asker, 'bad_request', 'a session has one hello, at its start');
    }
  }

  #cancel(target: Asker, nowMs: number): void {
    const state = this.#state;
    const wait = state.waits.get(target.session, target.id);
    if (wait) state.waits.remove(wait);
    state.heldApplied = state.heldApplied.filter(
      (held) => held.session !== target.session || held.id !== target.id,
    );
    const key = operationKey(target.session, target.id);
    state.streams.delete(key);
    const attachment = state.attachments.get(key);
    if (attachment) detach(state, [attachment], nowMs);
  }

  /** Ends an input: what it gathered becomes effects, in an order that recovery can rely on. What announces has a time. */
  #finish(nowMs = -Infinity): Effect[] {
    const state = this.#state;
    sendAnnouncements(state, nowMs);
    sendReports(state);
    if (state.records.length > 0) {
      const ticket = state.nextTicket++;
      state.appendsInFlight.push({ ticket, head: state.appendedHead });
      state.effects.push({ kind: 'append', ticket, records: state.records });
      state.records = [];
    }
    const { effects } = state;
    state.effects = [];
    return effects;
  }

  #peer(name: string): PeerState {
    const peer = this.#state.peers.get(name);
    if (!peer) throw new Error(`assertion failed: no peer ${name}`);
    return peer;
  }
}
