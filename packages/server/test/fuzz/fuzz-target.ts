/**
 * A node under fuzzed input: what the session and the peer link do in production with what they
 * read, and the checks of everything that comes out.
 */
import { strict as assert } from 'node:assert';
import {
  type ClientBody,
  type ClientMessage,
  decodeClientFrame,
  decodeNodeFrame,
  encodeBookmark,
  encodeNodeFrame,
  isErrorCode,
  isUlid,
  type NodeMessage,
  parseBookmark,
  RendezvousError,
  toCoverage,
} from '@rendezvous/protocol';
import type { Effect } from '../../src/core/effect.js';
import { NodeCore } from '../../src/core/node-core.js';
import { ORDERS, POSTS } from '../test-node.js';
import { CoveredWrites } from './covered-writes.js';
import { type FuzzInput, OWN_JOURNAL, PEERS } from './fuzz-input.js';

export type FuzzedNode = Pick<
  NodeCore,
  | 'receive'
  | 'endSession'
  | 'journalSynced'
  | 'peerConnected'
  | 'peerDisconnected'
  | 'receiveBatch'
  | 'tick'
  | 'status'
  | 'nextTickAtMs'
  | 'branchCount'
>;

/** Longer than anything that a node keeps. */
const LONG_MS = 20 * 60_000;
const BOOKMARK_CODES = ['bookmark_invalid', 'bookmark_version', 'bookmark_namespace'];

export function createFuzzedNode(nowMs: number): FuzzedNode {
  const journal = { id: OWN_JOURNAL, predecessors: [], head: 0, entries: [], horizon: '' };
  const stores = [POSTS, ORDERS];
  const names = { nodeId: 'us', namespace: 'default', regions: ['us'] };
  return new NodeCore({ ...names, stores, peers: PEERS, journal }, nowMs);
}

/** Runs a case; throws what is wrong with it. */
export function runCase(
  inputs: readonly FuzzInput[],
  create: (nowMs: number) => FuzzedNode = createFuzzedNode,
): void {
  const target = new FuzzTarget(create);
  for (const input of inputs) target.take(input);
  target.end();
}

class FuzzTarget {
  readonly #node: FuzzedNode;
  readonly #writes = new CoveredWrites();
  /** Per session, what was asked under each id and not answered yet. */
  readonly #asked = new Map<number, Map<number, ClientBody[]>>();
  #appends: number[] = [];
  #nowMs = 1_000;
  #takenOn = 0;

  constructor(create: (nowMs: number) => FuzzedNode) {
    this.#node = create(this.#nowMs);
    for (const peer of PEERS) this.#perform(this.#node.peerConnected(peer));
  }

  take(input: FuzzInput): void {
    switch (input.kind) {
      case 'frame':
        this.#takeFrame(input.session, input.bytes);
        break;
      case 'peerFrame':
        this.#takePeerFrame(input.peer, input.bytes);
        break;
      case 'bookmark':
        this.#takeBookmark(input.session, input.text);
        break;
      case 'endSession':
        this.#endSession(input.session);
        break;
      case 'sync':
        this.#sync();
        break;
      case 'pass':
        this.#pass(input.ms);
    }
    this.#checkStatus();
  }

  /** Once everybody has gone and time has passed, nothing is left. */
  end(): void {
    this.#sync();
    for (const session of [...this.#asked.keys()]) this.#endSession(session);
    this.#pass(LONG_MS);
    this.#sync();
    const { waitsBlocked, replicas } = this.#node.status(this.#nowMs);
    assert.equal(waitsBlocked, 0, 'waits are left');
    assert.equal(this.#node.branchCount, 0, 'branches are left');
    assert.ok(!replicas.some(({ monitored }) => monitored), 'a dead monitor is left');
  }

  #takeFrame(session: number, bytes: Uint8Array): void {
    const messages = readOr(['bad_frame'], () => decodeClientFrame(bytes));
    // As `serve-session.ts` does: what cannot be understood ends the session.
    if (!messages || messages.some(({ id }) => id === 0)) return this.#endSession(session);
    for (const message of messages) this.#ask(session, message);
  }

  #ask(session: number, message: ClientMessage): void {
    const { id, body } = message;
    const asked = this.#asked.get(session) ?? new Map<number, ClientBody[]>();
    this.#asked.set(session, asked);
    asked.set(id, [...(asked.get(id) ?? []), body]);
    this.#writes.said(body);
    if (body.kind === 'open') this.#takenOn++;
    this.#perform(this.#node.receive(session, message, this.#nowMs));
  }

  #takePeerFrame(peer: string, bytes: Uint8Array): void {
    const messages = readOr(['bad_frame'], () => decodeNodeFrame(bytes)) ?? [];
    for (const { body } of messages) {
      if (body.kind !== 'batch') continue;
      const { journals } = this.#node.status(this.#nowMs);
      const applied = journals.find(({ journal }) => journal === body.journal)?.applied ?? 0;
      this.#takenOn += body.entries.length;
      const { isSane, effects } = this.#node.receiveBatch(peer, body, this.#nowMs);
      if (isSane && body.from <= applied) this.#writes.applied(body, applied);
      this.#perform(effects);
      if (isSane) continue;
      this.#perform(this.#node.peerDisconnected(peer));
      this.#perform(this.#node.peerConnected(peer));
    }
  }

  #takeBookmark(session: number, text: string): void {
    const bookmark = readOr(BOOKMARK_CODES, () => parseBookmark(text, 'default'));
    if (!bookmark) return;
    const encoded = encodeBookmark(bookmark);
    assert.ok(encoded.length <= 1_024, 'a bookmark is too long');
    assert.equal(encodeBookmark(parseBookmark(encoded, 'default')), encoded);
    const coverage = toCoverage(bookmark);
    const query = { kind: 'wait', coverage, region: 'us', store: '', keys: [] } as const;
    this.#ask(session, { id: 99, body: { ...query, timeoutMs: 0, withPosition: true } });
  }

  #endSession(session: number): void {
    this.#asked.delete(session);
    this.#perform(this.#node.endSession(session, this.#nowMs));
  }

  #sync(): void {
    const appends = this.#appends;
    this.#appends = [];
    for (const ticket of appends) this.#perform(this.#node.journalSynced(ticket, this.#nowMs));
  }

  #pass(ms: number): void {
    const untilMs = this.#nowMs + ms;
    // A host's timers are late, and then do everything at once.
    while (this.#node.nextTickAtMs <= untilMs) {
      this.#nowMs = Math.min(untilMs, Math.max(this.#nowMs + ms / 20, this.#node.nextTickAtMs));
      this.#perform(this.#node.tick(this.#nowMs));
    }
    this.#nowMs = untilMs;
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'append') this.#appends.push(effect.ticket);
      else if (effect.kind === 'reply') this.#checkReply(effect.session, effect.message);
    }
  }

  #checkReply(session: number, message: NodeMessage): void {
    // What is said can be said on the wire.
    encodeNodeFrame([message]);
    const { id, body } = message;
    const asked = this.#asked.get(session)?.get(id);
    assert.ok(asked, `session ${session} never asked ${id}, and is told ${body.kind}`);
    if (body.kind === 'failure') assert.ok(isErrorCode(body.code), `code ${body.code}`);
    if (body.kind === 'opened') {
      const open = asked.find((one) => one.kind === 'open');
      assert.ok(open, 'an answer to no open');
      if (asked.length === 1) this.#writes.opened(open, body);
    }
    if (body.kind === 'waitAnswer') {
      const waits = asked.filter((one) => one.kind === 'wait');
      assert.ok(waits.length > 0, 'an answer to no wait');
      const [query] = waits;
      if (body.status !== 'consistent' || waits.length > 1 || !query) return;
      const open = this.#writes.openUnder(query);
      assert.ok(!open, `consistent, although ${String(open?.bid)} is open`);
    }
  }

  #checkStatus(): void {
    const status = this.#node.status(this.#nowMs);
    encodeNodeFrame([{ id: 1, body: status }]);
    assert.ok(status.horizon === '' || isUlid(status.horizon), 'the horizon is no rid');
    assert.ok(status.journals.length <= 64, 'too many journals');
    assert.ok(this.#node.branchCount <= this.#takenOn, 'more branches than were ever opened');
    assert.ok(Number.isFinite(this.#node.nextTickAtMs), 'no tick is due');
    for (const { applied, head } of status.journals)
      assert.ok(applied <= head, 'ahead of the head');
    for (const { branchesOpen } of status.regions) {
      assert.ok(branchesOpen <= this.#node.branchCount, 'more open branches than branches');
    }
  }
}

/** What `read` makes of untrusted input; undefined when it refuses it in one of these ways. */
function readOr<T>(codes: readonly string[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RendezvousError) || !codes.includes(error.code)) throw error;
    return undefined;
  }
}
