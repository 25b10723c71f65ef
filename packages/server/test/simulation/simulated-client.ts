/**
 * A function's process: sessions with nodes, opens that are retried until they are acknowledged,
 * waits, reads that start before the wait is answered.
 *
 * The policies of the SDK are not here; what it puts on the wire is.
 */
import {
  type Bookmark,
  type ClientBody,
  isIncomplete,
  type NodeBody,
  type NodeMessage,
  type Open,
  type Opened,
  toCoverage,
  type Wait,
} from '@rendezvous/protocol';
import type { Environment } from './environment.js';
import { SimulationFailure } from './simulation-failure.js';
import type { Connection, Network, NodeEnd } from './network.js';
import { positionText } from './simulated-store.js';
import { type AskedWait, describe, shortId, type Truth } from './truth.js';
import type { Reader, Write } from './write.js';

const RETRY_MS = 400;
const REQUEST_TIMEOUT_MS = 1_500;
/** How long an open is retried while things fail. */
const ATTEMPT_COUNT_MAX = 40;

/** What a client needs of the request that it works for. */
export interface ClientContext {
  readonly bookmark: Bookmark;
  readonly outgoing: Bookmark;
  readonly covered: Iterable<Write>;
  cover(write: Write, journal: string, sequence: number): boolean;
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
  /** Changes with every crash: whatever was to be done before is not. */
  #life = 0;
  /** Of the wall clock, from which ids are minted. */
  clockAheadMs = 0;

  constructor(env: Environment, network: Network, truth: Truth, region: string) {
    this.#env = env;
    this.#network = network;
    this.#truth = truth;
    this.region = region;
  }

  get life(): number {
    return this.#life;
  }

  /** The process dies. Another one takes its place, and knows nothing. */
  crash(): void {
    this.#life++;
    this.#pending.clear();
    for (const session of this.#sessions.values()) session.break('client');
    this.#sessions.clear();
  }

  /** Opens the write's branch until a node acknowledges it. */
  open(context: ClientContext, write: Write, nodes: readonly NodeEnd[], done: () => void): void {
    this.openBranch(openOf(write), nodes, (_node, opened) => {
      if (this.cover(context, write, opened)) done();
    });
  }

  /** The bookmark relies on this open of the write. Returns whether that is new. */
  cover(context: ClientContext, write: Write, { journal, sequence }: Opened): boolean {
    if (!context.cover(write, journal, sequence)) return false;
    this.#env.count('opens');
    this.#env.say(() => {
      const place = `${journal.slice(0, 4)}.${String(sequence)}`;
      return `${this.region} learns that ${shortId(write.bid)} is ${place}`;
    });
    return true;
  }

  /**
   * Asks one of the nodes after the other until one acknowledges the open. `done` is called for each
   * that does: more than one may, when the answer of the first is slow.
   */
  openBranch(
    open: Open,
    nodes: readonly NodeEnd[],
    done: (node: NodeEnd, opened: Opened) => void,
    attempt = 1,
  ): void {
    const node = this.#env.random.pick(nodes);
    const life = this.#life;
    let isOver = false;
    const again = (): void => {
      if (isOver || life !== this.#life) return;
      isOver = true;
      if (attempt >= ATTEMPT_COUNT_MAX && !this.#env.isCalm) return;
      this.#env.soon(RETRY_MS, () => this.openBranch(open, nodes, done, attempt + 1));
    };
    this.#ask(node, open, (body) => {
      if (body?.kind !== 'opened') {
        again();
        return;
      }
      isOver = true;
      done(node, body);
    });
    this.#env.after(REQUEST_TIMEOUT_MS, again);
  }

  /** The store acknowledged the write within its lease. Said once: nothing relies on it. */
  confirm({ bid }: Write, node: NodeEnd): void {
    this.#sessions.get(node)?.sendToNode({ id: this.#nextId++, body: { kind: 'confirm', bid } });
  }

  /** The write certainly failed. Retried until a node has taken it in. */
  abort(write: Write, node: NodeEnd): void {
    const life = this.#life;
    this.#ask(node, { kind: 'abort', bid: write.bid }, (body) => {
      if (body?.kind === 'done') {
        write.isAborted = true;
        this.#env.say(() => `${node.name} has the abort of ${shortId(write.bid)}`);
      } else {
        this.#env.soon(RETRY_MS, () => {
          if (life === this.#life) this.abort(write, node);
        });
      }
    });
  }

  /** A consumer has applied what the bookmark covers: of one key, or (`''`) of all, in order. */
  applied(
    { bookmark }: ClientContext,
    node: NodeEnd,
    {
      store,
      region,
      key,
    }: { readonly store: string; readonly region: string; readonly key: string },
  ): void {
    const body: ClientBody = {
      kind: 'applied',
      store,
      region,
      key: new TextEncoder().encode(key),
      ordered: key === '',
      coverage: toCoverage(bookmark),
    };
    this.#ask(node, body, (answer) => this.#env.count(`applied: ${answer?.kind ?? 'lost'}`));
  }

  /** Waits, and beside it reads at `replica`. `done` gets the answer, if one comes. */
  wait(
    context: ClientContext,
    node: NodeEnd,
    options: WaitOptions,
    replica: Reader | undefined,
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
      withPosition: true,
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
    const life = this.#life;
    this.#env.soon(query.timeoutMs, () => {
      if (life !== this.#life) return;
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
    const life = this.#life;
    const lost = (): void => {
      if (life !== this.#life) return;
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
      if (life !== this.#life) {
        connection?.break('client');
        return;
      }
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
