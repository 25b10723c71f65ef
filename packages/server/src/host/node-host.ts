/**
 * Runs a node core: gives it messages and time, carries out its effects.
 *
 * The only place where the core meets a clock, a journal and sockets. Whoever talks to the core has a
 * session number here: WebSocket sessions, and the monitors and peers of this process.
 */
import { performance } from 'node:perf_hooks';
import type {
  Batch,
  ClientBody,
  ClientMessage,
  Inquire,
  Inquired,
  NodeBody,
  NodeMessage,
  ReportClosed,
  StatusAnswer,
} from '@rendezvous/protocol';
import type { Effect, JournalRecord } from '../core/effect.js';
import type { NodeCore } from '../core/node-core.js';
import type { Journal } from '../ports.js';
import { type HostObserver, NOBODY } from './host-observer.js';
import { RidCeiling } from './rid-ceiling.js';

/** More than the clocks of functions differ: AWS itself refuses requests that are further off. */
const RID_AHEAD_MS_MAX = 300_000;
/** A peer has judged by its own clock what it sends. */
const PEER_RID_AHEAD_MS_MAX = 2 * RID_AHEAD_MS_MAX;

/** What the host needs of a connection to a peer. */
export interface PeerConnection {
  /** Asks for the peer's journal from here; an earlier stream of this connection ends. */
  replicate(journal: string, from: number): void;
  acknowledge(journal: string, applied: number): void;
  /** Sends a report; calls `NodeHost.reportAcknowledged` when the peer has answered. */
  report(report: ReportClosed): void;
  /** Sends an inquiry; calls `NodeHost.receiveInquired` if the peer answers it. */
  inquire(inquiry: Inquire): void;
}

const RID_TOO_NEW: NodeBody = {
  kind: 'failure',
  code: 'bad_request',
  message: `the rid is more than ${RID_AHEAD_MS_MAX / 60_000} minutes ahead of the node: set the clocks of both right`,
  retryable: false,
};

const JOURNAL_FULL: NodeBody = {
  kind: 'failure',
  code: 'journal_full',
  message: "the disk of the node's journal is full: no branch can be opened until there is room",
  retryable: true,
};

export interface NodeHostOptions {
  readonly core: NodeCore;
  readonly journal: Journal;
  /** The journal failed: the node has fallen silent and must end (rule 20). Called at most once. */
  readonly onFatal: (error: unknown) => void;
  readonly observer?: HostObserver;
}

export class NodeHost {
  readonly #core: NodeCore;
  readonly #journal: Journal;
  readonly #onFatal: (error: unknown) => void;
  readonly #observer: HostObserver;
  readonly #sessions = new Map<number, (message: NodeMessage) => void>();
  readonly #peers = new Map<string, PeerConnection>();
  readonly #ridCeiling = new RidCeiling(RID_AHEAD_MS_MAX);
  readonly #peerRidCeiling = new RidCeiling(PEER_RID_AHEAD_MS_MAX);
  /** The newest sequence that was made durable. */
  #openedHead: number;
  /** Records that this turn has given, and the ticket of the newest. */
  #unsaved: JournalRecord[] = [];
  #newestTicket = 0;
  #nextSession = 1;
  #timer: NodeJS.Timeout | undefined;
  #timerDueAtMs = Infinity;
  #isShutDown = false;

  constructor(options: NodeHostOptions) {
    this.#core = options.core;
    this.#journal = options.journal;
    this.#onFatal = options.onFatal;
    this.#observer = options.observer ?? NOBODY;
    this.#openedHead = options.journal.recovered.head;
    this.#armTimer();
  }

  /** Opens a session; `send` gets every message for it, in order. */
  openSession(send: (message: NodeMessage) => void): number {
    const session = this.#nextSession++;
    this.#sessions.set(session, send);
    return session;
  }

  /** Takes a message of a session; of one that has ended, whose end nothing would undo, none. */
  receive(session: number, message: ClientMessage): void {
    this.receiveAll(session, [message]);
  }

  /** As `receive` for each, of messages that came together. Few, and quick: nothing else runs meanwhile. */
  receiveAll(session: number, messages: readonly ClientMessage[]): void {
    if (!this.#sessions.has(session)) return;
    const wallMs = Date.now();
    const taken = messages.filter((message) => {
      const { id, body } = message;
      const answer = body.kind === 'status' ? this.status() : this.#refusalOf(body, wallMs);
      if (answer) this.#reply(session, { id, body: answer });
      return answer === undefined;
    });
    this.#perform(this.#core.receiveAll(session, taken, performance.now()));
  }

  endSession(session: number): void {
    if (!this.#sessions.delete(session)) return;
    this.#perform(this.#core.endSession(session, performance.now()));
  }

  connectPeer(name: string, connection: PeerConnection): void {
    this.#peers.set(name, connection);
    this.#perform(this.#core.peerConnected(name));
  }

  disconnectPeer(name: string): void {
    if (!this.#peers.delete(name)) return;
    this.#perform(this.#core.peerDisconnected(name));
  }

  /** Returns false when the batch makes no sense: end the connection. */
  receiveBatch(name: string, batch: Batch): boolean {
    const wallMs = Date.now();
    const rids = [batch.horizon, ...batch.entries.map(({ rid }) => rid)];
    if (!rids.every((rid) => this.#peerRidCeiling.allows(rid, wallMs))) return false;
    const { isSane, effects } = this.#core.receiveBatch(name, batch, performance.now());
    this.#perform(effects);
    return isSane;
  }

  reportAcknowledged(name: string, report: ReportClosed): void {
    this.#perform(this.#core.reportAcknowledged(name, report));
  }

  receiveInquired(name: string, inquiry: Inquire, answer: Inquired): void {
    this.#perform(this.#core.receiveInquired(name, inquiry, answer, performance.now()));
  }

  status(): StatusAnswer {
    return { ...this.#core.status(performance.now()), sessions: this.#sessions.size };
  }

  /** From here on nothing is said, appended or taken in any more. */
  shutdown(): void {
    this.#isShutDown = true;
    clearTimeout(this.#timer);
    this.#sessions.clear();
    this.#peers.clear();
  }

  /** Why an open cannot even be looked at. */
  #refusalOf(body: ClientBody, wallMs: number): NodeBody | undefined {
    if (body.kind !== 'open') return undefined;
    if (!this.#ridCeiling.allows(body.rid, wallMs)) return RID_TOO_NEW;
    return this.#journal.hasRoom ? undefined : JOURNAL_FULL;
  }

  #perform(effects: readonly Effect[]): void {
    if (this.#isShutDown) return;
    for (const effect of effects) this.#performOne(effect);
    this.#armTimer();
  }

  #performOne(effect: Effect): void {
    switch (effect.kind) {
      case 'reply':
        this.#reply(effect.session, effect.message);
        return;
      case 'append':
        this.#append(effect.ticket, effect.records);
        return;
      case 'replicate':
        this.#peers.get(effect.peer)?.replicate(effect.journal, effect.from);
        return;
      case 'acknowledge':
        this.#peers.get(effect.peer)?.acknowledge(effect.journal, effect.applied);
        return;
      case 'report':
        this.#peers.get(effect.peer)?.report(effect.report);
        return;
      case 'inquire':
        this.#peers.get(effect.peer)?.inquire(effect.inquiry);
        return;
    }
  }

  #reply(session: number, message: NodeMessage): void {
    const { body } = message;
    if (body.kind === 'waitAnswer') this.#observer.waitAnswered(body);
    else if (body.kind === 'failure') this.#observer.operationFailed(body.code);
    this.#sessions.get(session)?.(message);
  }

  /** An entry may also take the place of an older one. */
  #countOpened(records: readonly JournalRecord[]): number {
    let count = 0;
    for (const record of records) {
      if (record.kind !== 'open' || record.entry.sequence <= this.#openedHead) continue;
      this.#openedHead = record.entry.sequence;
      count++;
    }
    return count;
  }

  /** What one turn of the event loop appends goes to the journal together, and is acknowledged so. */
  #append(ticket: number, records: readonly JournalRecord[]): void {
    this.#newestTicket = ticket;
    if (this.#unsaved.length === 0) queueMicrotask(() => this.#save());
    for (const record of records) this.#unsaved.push(record);
  }

  #save(): void {
    const [ticket, records] = [this.#newestTicket, this.#unsaved];
    this.#unsaved = [];
    if (this.#isShutDown) return;
    const startedAtMs = performance.now();
    this.#journal.append(records).then(
      () => {
        const nowMs = performance.now();
        this.#observer.appended(this.#countOpened(records), nowMs - startedAtMs);
        this.#perform(this.#core.journalSynced(ticket, nowMs));
      },
      (error: unknown) => {
        this.#fail(error);
      },
    );
  }

  /**
   * Silent first: an append that succeeds after one that failed would acknowledge both, and whoever
   * ends the node needs a while for it.
   */
  #fail(error: unknown): void {
    if (this.#isShutDown) return;
    this.shutdown();
    this.#onFatal(error);
  }

  #armTimer(): void {
    const dueAtMs = this.#core.nextTickAtMs;
    if (dueAtMs >= this.#timerDueAtMs || this.#isShutDown) return;
    clearTimeout(this.#timer);
    this.#timerDueAtMs = dueAtMs;
    const delayMs = Math.max(0, Math.ceil(dueAtMs - performance.now()));
    this.#timer = setTimeout(() => {
      this.#timerDueAtMs = Infinity;
      this.#perform(this.#core.tick(performance.now()));
    }, delayMs);
  }
}
