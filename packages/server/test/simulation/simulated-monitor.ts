/** A monitor: a session with the region's node, and a watch on each of its replicas. */
import type { NodeMessage } from '@rendezvous/protocol';
import type { Environment } from './environment.js';
import type { MarkerReplica } from './marker-store.js';
import { MarkerWatch } from './marker-watch.js';
import { type MonitorSession, RECONNECT_MS, type Watch } from './monitor-session.js';
import type { Connection, Network, NodeEnd } from './network.js';
import { PositionWatch } from './position-watch.js';
import { SimulatedReplica } from './simulated-store.js';

type WatchedReplica = SimulatedReplica | MarkerReplica;

export class SimulatedMonitor {
  readonly #env: Environment;
  readonly #network: Network;
  readonly #node: NodeEnd;
  readonly #replicas: readonly WatchedReplica[];
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
    replicas: readonly WatchedReplica[],
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

  #watch(replica: WatchedReplica, connection: Connection, life: number): void {
    const register = (watch: Watch): number => {
      const id = this.#nextId++;
      this.#watches.set(id, watch);
      return id;
    };
    const isAlive = (): boolean => life === this.#life;
    const session: MonitorSession = { env: this.#env, connection, register, isAlive };
    const isPositioned = replica instanceof SimulatedReplica;
    const watch = isPositioned
      ? new PositionWatch(session, replica)
      : new MarkerWatch(session, replica);
    watch.connect();
  }
}
