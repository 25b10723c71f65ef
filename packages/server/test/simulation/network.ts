/**
 * Connections between regions: ordered, and exactly once, while they live; and they break.
 *
 * What is in flight when a connection breaks is lost, and each end learns of it in its own time. A
 * partition holds messages back, in one direction or both; if the connection survives it, they
 * arrive after all, as over TCP.
 *
 * No message is doubled, and none overtakes another of its connection: a WebSocket does not do that,
 * and the node may rely on it. Doubling and disorder come from above, as in production: an open that
 * was lost, or only its answer, is sent again, here or at another node; two connections of one client
 * live side by side; peers stream again from where they were; monitors report what they reported.
 */
import type { ClientMessage, NodeMessage } from '@rendezvous/protocol';
import type { Environment } from './environment.js';

export interface ClientEnd {
  receive(message: NodeMessage): void;
  lost(): void;
}

export interface NodeEnd {
  readonly name: string;
  readonly region: string;
  readonly isUp: boolean;
  accept(connection: Connection): void;
  receive(connection: Connection, message: ClientMessage): void;
  lost(connection: Connection): void;
}

const STALLED_RETRY_MS = 20;
const NOTICE_MS = 400;
const CONNECT_TIMEOUT_MS = 300;

export class Network {
  readonly #env: Environment;
  /** Direction → when it is open again. */
  readonly #blockedUntilMs = new Map<string, number>();
  readonly #connections = new Set<Connection>();

  constructor(env: Environment) {
    this.#env = env;
  }

  get connections(): readonly Connection[] {
    return [...this.#connections];
  }

  block(from: string, to: string, durationMs: number): void {
    this.#blockedUntilMs.set(`${from}>${to}`, this.#env.nowMs + durationMs);
  }

  heal(): void {
    this.#blockedUntilMs.clear();
  }

  isBlocked(from: string, to: string): boolean {
    return (this.#blockedUntilMs.get(`${from}>${to}`) ?? 0) > this.#env.nowMs;
  }

  delayMs(from: string, to: string): number {
    const { random, settings, isCalm } = this.#env;
    const typicalMs = settings.latencyMs * (from === to ? 0.05 : 1);
    const isSpike = !isCalm && random.chance(0.02);
    return random.between(0.2, 1.8) * typicalMs * (isSpike ? 10 : 1);
  }

  /** Calls back with a connection, or without one when the node cannot be reached. */
  connect(
    from: string,
    node: NodeEnd,
    end: ClientEnd,
    done: (connection?: Connection) => void,
  ): void {
    const isReachable = (): boolean =>
      node.isUp && !this.isBlocked(from, node.region) && !this.isBlocked(node.region, from);
    this.#env.after(this.delayMs(from, node.region), () => {
      if (!isReachable()) {
        this.#env.soon(CONNECT_TIMEOUT_MS, () => done());
        return;
      }
      const connection = new Connection(this.#env, this, from, node, end);
      this.#connections.add(connection);
      node.accept(connection);
      done(connection);
    });
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection);
  }
}

export class Connection {
  readonly from: string;
  readonly to: string;
  /** The node at its other end. */
  readonly node: string;
  readonly #env: Environment;
  readonly #network: Network;
  readonly #client: ClientEnd;
  readonly #node: NodeEnd;
  readonly #requests: Pipe<ClientMessage>;
  readonly #replies: Pipe<NodeMessage>;
  #clientKnows = false;
  #nodeKnows = false;
  #isBroken = false;
  /** Runs when the node learns of its end, or ends itself. */
  readonly onNodeLost: (() => void)[] = [];
  /** By operation: runs once the node has taken its cancel in. */
  readonly onCancelled: Map<number, () => void> = new Map<number, () => void>();

  constructor(env: Environment, network: Network, from: string, node: NodeEnd, client: ClientEnd) {
    this.#env = env;
    this.#network = network;
    this.from = from;
    this.to = node.region;
    this.node = node.name;
    this.#client = client;
    this.#node = node;
    this.#requests = new Pipe(env, network, from, this.to, (message) => {
      node.receive(this, message);
      if (message.body.kind === 'cancel') this.onCancelled.get(message.body.target)?.();
    });
    this.#replies = new Pipe(env, network, this.to, from, (message) => client.receive(message));
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Whether the node still takes it for alive. */
  get livesAtNode(): boolean {
    return !this.#nodeKnows;
  }

  sendToNode(message: ClientMessage): void {
    if (!this.#isBroken) this.#requests.send(message);
  }

  sendToClient(message: NodeMessage): void {
    if (!this.#isBroken) this.#replies.send(message);
  }

  /** Ends it. The named end knows at once (it went, or it hung up); the others learn of it later. */
  break(knowing: 'client' | 'node' | 'nobody'): void {
    if (knowing === 'client') this.#clientKnows = true;
    if (knowing === 'node') this.#tellNode();
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#network.forget(this);
    this.#requests.empty();
    this.#replies.empty();
    this.#env.soon(NOTICE_MS, () => {
      if (this.#clientKnows) return;
      this.#clientKnows = true;
      this.#client.lost();
    });
    this.#env.soon(NOTICE_MS, () => {
      if (this.#nodeKnows) return;
      this.#node.lost(this);
      this.#tellNode();
    });
  }

  #tellNode(): void {
    if (this.#nodeKnows) return;
    this.#nodeKnows = true;
    for (const run of this.onNodeLost) run();
  }
}

/** One direction of a connection. */
class Pipe<Message> {
  readonly #env: Environment;
  readonly #network: Network;
  readonly #from: string;
  readonly #to: string;
  readonly #deliver: (message: Message) => void;
  #queue: { readonly message: Message; readonly atMs: number }[] = [];
  #lastAtMs = 0;

  constructor(
    env: Environment,
    network: Network,
    from: string,
    to: string,
    deliver: (message: Message) => void,
  ) {
    this.#env = env;
    this.#network = network;
    this.#from = from;
    this.#to = to;
    this.#deliver = deliver;
  }

  send(message: Message): void {
    const atMs = this.#env.nowMs + this.#network.delayMs(this.#from, this.#to);
    this.#lastAtMs = Math.max(this.#lastAtMs, atMs);
    this.#queue.push({ message, atMs: this.#lastAtMs });
    if (this.#queue.length === 1) this.#plan();
  }

  empty(): void {
    this.#queue = [];
  }

  #plan(): void {
    const queue = this.#queue;
    const [next] = queue;
    if (next) this.#env.after(next.atMs - this.#env.nowMs, () => this.#pump(queue));
  }

  #pump(queue: readonly unknown[]): void {
    if (queue !== this.#queue) return;
    if (this.#network.isBlocked(this.#from, this.#to)) {
      this.#env.after(STALLED_RETRY_MS, () => this.#pump(queue));
      return;
    }
    const next = this.#queue.shift();
    if (!next) return;
    this.#deliver(next.message);
    if (queue === this.#queue) this.#plan();
  }
}
