/**
 * A function's process: sessions with nodes, opens that are retried until they are acknowledged,
 * waits, reads that start before the wait is answered.
 *
 * The policies of the SDK are not here; what it puts on the wire is.
 */
import {
  type ClientBody,
  coverOpen,
  type Bookmark,
  emptyBookmark,
  encodeBookmark,
  isIncomplete,
  markIncomplete,
  mergeBookmarks,
  type NodeBody,
  type NodeMessage,
  type Open,
  parseBookmark,
  toCoverage,
  type Wait,
} from '@rendezvous/protocol';
import { type Environment, SimulationFailure } from './environment.js';
import type { Connection, Network, NodeEnd } from './network.js';
import { positionText, type SimulatedReplica, type Write } from './simulated-store.js';
import { type AskedWait, describe, shortId, type Truth } from './truth.js';

const NAMESPACE = 'default';
const RETRY_MS = 400;
const REQUEST_TIMEOUT_MS = 1_500;
/** How long an open is retried while things fail. */
const ATTEMPT_COUNT_MAX = 40;

/** One end-to-end request: its own rid, and the bookmark that travels with it. */
export class Context {
  readonly rid: string;
  readonly client: SimulatedClient;
  bookmark: Bookmark = emptyBookmark(NAMESPACE);
  /** What the bookmark truly covers: writes whose opens were acknowledged where it came from. */
  readonly covered: Set<Write> = new Set<Write>();
  /** Stores with a write whose open is not acknowledged yet. */
  readonly #unacknowledged = new Map<Write, string>();

  constructor(rid: string, client: SimulatedClient) {
    this.rid = rid;
    this.client = client;
  }

  begin(write: Write): void {
    this.#unacknowledged.set(write, write.store.name);
  }

  /** The write ended with an error: nothing will be opened for it. */
  forget(write: Write): void {
    this.#unacknowledged.delete(write);
  }

  /** The write's open was acknowledged. Later acknowledgements of the same open change nothing. */
  cover(write: Write, journal: string, sequence: number): boolean {
    if (!this.#unacknowledged.delete(write)) return false;
    this.bookmark = coverOpen(this.bookmark, this.rid, journal, sequence);
    if (write.at) this.covered.add(write);
    return true;
  }

  /** What is sent along: incomplete where an open is missing. */
  get outgoing(): Bookmark {
    let bookmark = this.bookmark;
    for (const store of this.#unacknowledged.values()) bookmark = markIncomplete(bookmark, store);
    return bookmark;
  }

  receive(text: string, covered: Iterable<Write>): void {
    this.bookmark = mergeBookmarks(this.bookmark, parseBookmark(text, NAMESPACE));
    for (const write of covered) this.covered.add(write);
  }

  /** An open is missing here, or was where something came from. */
  get isIncomplete(): boolean {
    return isIncomplete(this.outgoing, undefined);
  }

  get text(): string {
    return encodeBookmark(this.outgoing);
  }
}

export interface WaitOptions {
  readonly region: string;
  readonly store: string;
  readonly keys: readonly string[];
  readonly timeoutMs: number;
}

type Reply = (body: NodeBody | undefined) => void;

export class SimulatedClient {
  readonly region: string;
  readonly #env: Environment;
  readonly #network: Network;
  readonly #truth: Truth;
  readonly #sessions = new Map<NodeEnd, Connection>();
  readonly #pending = new Map<number, { readonly connection: Connection; readonly reply: Reply }>();
  #nextId = 1;

  constructor(env: Environment, network: Network, truth: Truth, region: string) {
    this.#env = env;
    this.#network = network;
    this.#truth = truth;
    this.region = region;
  }

  /** Opens the write's branch, at one of the nodes after the other until it is acknowledged. */
  open(
    context: Context,
    write: Write,
    nodes: readonly NodeEnd[],
    done: () => void,
    attempt = 1,
  ): void {
    const node = this.#env.random.pick(nodes);
    let isOver = false;
    const again = (): void => {
      if (isOver) return;
      isOver = true;
      if (attempt >= ATTEMPT_COUNT_MAX && !this.#env.isCalm) return;
      this.#env.soon(RETRY_MS, () => this.open(context, write, nodes, done, attempt + 1));
    };
    this.#ask(node, openOf(write), (body) => {
      if (body?.kind !== 'opened') {
        again();
        return;
      }
      isOver = true;
      if (!context.cover(write, body.journal, body.sequence)) return;
      this.#env.count('opens');
      this.#env.say(() => {
        const place = `${body.journal.slice(0, 4)}.${String(body.sequence)}`;
        return `${this.region} learns that ${shortId(write.bid)} is ${place}`;
      });
      done();
    });
    this.#env.after(REQUEST_TIMEOUT_MS, again);
  }

  /** The write certainly failed. Retried until a node has taken it in. */
  abort(write: Write, node: NodeEnd): void {
    this.#ask(node, { kind: 'abort', bid: write.bid }, (body) => {
      if (body?.kind === 'done') {
        write.isAborted = true;
        this.#env.say(() => `${node.region} has the abort of ${shortId(write.bid)}`);
      } else {
        this.#env.soon(RETRY_MS, () => this.abort(write, node));
      }
    });
  }

  /** Waits, and beside it reads at `replica`. `done` gets the answer, if one comes. */
  wait(
    context: Context,
    node: NodeEnd,
    options: WaitOptions,
    replica: SimulatedReplica | undefined,
    done: Reply,
  ): void {
    const bookmark = context.outgoing;
    const { region, store, keys, timeoutMs } = options;
    if (isIncomplete(bookmark, store === '' ? undefined : store)) {
      this.#env.count('waits on incomplete bookmarks');
      return;
    }
    const query: Wait = {
      kind: 'wait',
      coverage: toCoverage(bookmark),
      region,
      store,
      keys: keys.map((key) => new TextEncoder().encode(key)),
      timeoutMs,
    };
    const asked: AskedWait = { query, covered: [...context.covered] };
    const issuedMs = this.#env.nowMs;
    const wasRight = replica?.isUp === true ? this.#truth.seesAll(asked, replica) : undefined;
    const finish = (body: NodeBody | undefined): void => {
      if (wasRight !== undefined) this.#judgeEarlyRead(asked, wasRight, issuedMs, body);
      done(body);
    };
    this.#ask(node, query, finish, asked);
    if (timeoutMs > 100 && this.#env.random.chance(0.5)) this.#askAgain(node, asked);
  }

  /** The same once more, while the first may still be blocked. */
  #askAgain(node: NodeEnd, { query, covered }: AskedWait): void {
    this.#env.soon(query.timeoutMs, () => {
      const again = { ...query, timeoutMs: 0 };
      this.#ask(node, again, () => undefined, { query: again, covered });
    });
  }

  #judgeEarlyRead(
    asked: AskedWait,
    wasRight: boolean,
    issuedMs: number,
    body: NodeBody | undefined,
  ): void {
    if (body?.kind !== 'waitAnswer' || body.status !== 'consistent') return;
    const elapsedMs = Math.ceil(this.#env.nowMs - issuedMs);
    if (body.closedAgoMs <= elapsedMs) return;
    this.#env.count('early reads accepted');
    if (wasRight) return;
    throw new SimulationFailure(
      'SPECULATION',
      `a read ${String(elapsedMs)} ms ago is accepted, the last close being ${String(body.closedAgoMs)} ms ago, but it missed a write of ${describe(asked.query)}`,
    );
  }

  #ask(node: NodeEnd, body: ClientBody, reply: Reply, wait?: AskedWait): void {
    const session = this.#sessions.get(node);
    if (session) {
      this.#send(session, body, reply, wait);
      return;
    }
    const lost = (): void => {
      const connection = this.#sessions.get(node);
      this.#sessions.delete(node);
      for (const [id, pending] of this.#pending) {
        if (pending.connection !== connection) continue;
        this.#pending.delete(id);
        pending.reply(undefined);
      }
    };
    const end = { receive: (message: NodeMessage) => this.#receive(message), lost };
    this.#network.connect(this.region, node, end, (connection) => {
      if (!connection) {
        reply(undefined);
        return;
      }
      // Two may have connected at once; the one before goes on until its end.
      this.#sessions.set(node, connection);
      this.#send(connection, body, reply, wait);
    });
  }

  #send(connection: Connection, body: ClientBody, reply: Reply, wait: AskedWait | undefined): void {
    const id = this.#nextId++;
    this.#pending.set(id, { connection, reply });
    if (wait) this.#truth.announceWait(connection, id, wait);
    connection.sendToNode({ id, body });
    if (body.kind === 'wait' && !this.#env.isCalm && this.#env.random.chance(0.05)) {
      this.#env.soon(body.timeoutMs, () =>
        connection.sendToNode({ id: this.#nextId++, body: { kind: 'cancel', target: id } }),
      );
    }
  }

  #receive({ id, body }: NodeMessage): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.reply(body);
  }
}

function openOf({ bid, rid, store, keys, position }: Write): Open {
  return {
    kind: 'open',
    bid,
    rid,
    store: store.name,
    home: '',
    keys: keys.map((key) => new TextEncoder().encode(key)),
    position: position ? positionText(position) : '',
    leaseMs: 0,
    marker: '',
  };
}
