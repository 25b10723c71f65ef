/**
 * A monitor: a session with the region's node, and a watch on each of its replicas.
 *
 *   connect to the replica ─▶ read the primary ─▶ attach ─▶ watermark, watermark, … ─▶ lost, again
 *                                                      └─▶ signals, where there are any
 */
import type { NodeMessage } from '@rendezvous/protocol';
import type { Environment } from './environment.js';
import type { Connection, Network, NodeEnd } from './network.js';
import { type Claim, positionText, type SimulatedReplica } from './simulated-store.js';

const RECONNECT_MS = 200;
const STORE_ROUND_TRIP_MS = 10;
const POLL_BUSY_MS = 40;
const POLL_IDLE_MS = 1_000;

export class SimulatedMonitor {
  readonly #env: Environment;
  readonly #network: Network;
  readonly #node: NodeEnd;
  readonly #replicas: readonly SimulatedReplica[];
  /** Changes with every connection, and with every death: what came before is void. */
  #life = 0;
  #isUp = false;
  #connection: Connection | undefined;
  #nextId = 1;
  readonly #watches = new Map<number, Watch>();

  constructor(
    env: Environment,
    network: Network,
    node: NodeEnd,
    replicas: readonly SimulatedReplica[],
  ) {
    this.#env = env;
    this.#network = network;
    this.#node = node;
    this.#replicas = replicas;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  start(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#connect();
  }

  kill(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#life++;
    this.#connection?.break('client');
    this.#connection = undefined;
  }

  #connect(): void {
    const life = ++this.#life;
    this.#watches.clear();
    const ifCurrent = (run: () => void): void => {
      if (life === this.#life) run();
    };
    const end = {
      receive: (message: NodeMessage) => ifCurrent(() => this.#receive(message)),
      lost: () => ifCurrent(() => this.#connect()),
    };
    this.#network.connect(this.#node.region, this.#node, end, (connection) => {
      if (life !== this.#life) {
        connection?.break('client');
      } else if (connection) {
        this.#connection = connection;
        for (const replica of this.#replicas) this.#watch(replica, connection, life);
      } else {
        this.#env.soon(RECONNECT_MS, () => ifCurrent(() => this.#connect()));
      }
    });
  }

  #receive(message: NodeMessage): void {
    this.#watches.get(message.id)?.receive(message);
    // Only an attach is answered more than once.
    if (message.body.kind !== 'branchesOpened') this.#watches.delete(message.id);
  }

  #watch(replica: SimulatedReplica, connection: Connection, life: number): void {
    const register = (watch: Watch): number => {
      const id = this.#nextId++;
      this.#watches.set(id, watch);
      return id;
    };
    new Watch(this.#env, connection, replica, register, () => life === this.#life).connect();
  }
}

/** The watch on one replica, over one connection to the node. */
class Watch {
  readonly #env: Environment;
  readonly #connection: Connection;
  readonly #replica: SimulatedReplica;
  readonly #register: (watch: Watch) => number;
  readonly #isAlive: () => boolean;
  #incarnation = 0;
  #attach = 0;
  #announcements = 0;
  /** Polls of an earlier turn are void. */
  #turn = 0;

  constructor(
    env: Environment,
    connection: Connection,
    replica: SimulatedReplica,
    register: (watch: Watch) => number,
    isAlive: () => boolean,
  ) {
    this.#env = env;
    this.#connection = connection;
    this.#replica = replica;
    this.#register = register;
    this.#isAlive = isAlive;
  }

  connect(): void {
    this.#later(RECONNECT_MS, () => {
      if (!this.#replica.isUp) {
        this.connect();
        return;
      }
      this.#incarnation = this.#replica.incarnation;
      this.#later(STORE_ROUND_TRIP_MS, () => {
        const barrier = positionText(this.#replica.store.position, true);
        this.#later(STORE_ROUND_TRIP_MS, () => this.#attachTo(barrier));
      });
    });
  }

  receive({ body }: NodeMessage): void {
    // Late answers to an attach that has ended.
    if (this.#attach === 0) return;
    if (body.kind === 'failure') this.#detach();
    else if (body.kind === 'branchesOpened') {
      this.#announcements += 1;
      this.#replica.listeners.add(this.#close);
      this.#plan(POLL_BUSY_MS);
    } else if (body.kind === 'watermarked')
      this.#plan(body.branchesOpen > 0 ? POLL_BUSY_MS : POLL_IDLE_MS);
  }

  /** Hears what the replica has applied. A field: its identity is what stops it. */
  readonly #close = (bids: readonly string[]): void => {
    if (this.#attach === 0 || !this.#isAlive() || this.#hasLostReplica()) return;
    const { region, name: replica } = this.#replica;
    const id = this.#register(this);
    this.#connection.sendToNode({ id, body: { kind: 'close', region, replica, bids } });
  };

  #attachTo(barrier: string): void {
    if (this.#hasLostReplica()) {
      this.connect();
      return;
    }
    const { store, region, name } = this.#replica;
    this.#attach = this.#register(this);
    this.#announcements = 0;
    this.#hold();
    this.#connection.sendToNode({
      id: this.#attach,
      body: { kind: 'attach', store: store.name, region, replica: name, barrier },
    });
  }

  #plan(maxMs: number): void {
    this.#later(maxMs, () => {
      if (this.#hasLostReplica()) {
        this.#detach();
        return;
      }
      const position = this.#replica.watermark;
      const attach = this.#attach;
      const announcements = this.#announcements;
      this.#later(STORE_ROUND_TRIP_MS, () => {
        const id = this.#register(this);
        this.#connection.sendToNode({
          id,
          body: { kind: 'watermark', attach, position, announcements },
        });
      });
    });
  }

  #detach(): void {
    if (this.#attach === 0) return;
    this.#connection.sendToNode({
      id: this.#register(this),
      body: { kind: 'cancel', target: this.#attach },
    });
    this.#attach = 0;
    this.#replica.listeners.delete(this.#close);
    this.connect();
  }

  #hasLostReplica(): boolean {
    const { answersMonitors, isUp, incarnation } = this.#replica;
    return !answersMonitors || (isUp && incarnation !== this.#incarnation);
  }

  /** Until the node has heard of its end, it may rely on what this watch said. */
  #hold(): void {
    const { claims } = this.#replica;
    const claim: Claim = { incarnation: this.#incarnation };
    const letGo = (): void => {
      claims.delete(claim);
    };
    claims.add(claim);
    this.#connection.onNodeLost.push(letGo);
    this.#connection.onCancelled.set(this.#attach, letGo);
    if (!this.#connection.livesAtNode) letGo();
  }

  #later(maxMs: number, run: () => void): void {
    const turn = ++this.#turn;
    this.#env.soon(maxMs, () => {
      if (turn === this.#turn && this.#isAlive()) run();
    });
  }
}
