/**
 * A replicated datastore in memory whose positions are numbers. The test moves it, breaks it and
 * hangs it; nothing here moves by itself.
 */
import {
  type PositionOrder,
  type ReplicaConnection,
  RendezvousError,
  type SignallingReplica,
  type SignalStrategy,
  type WatermarkStrategy,
} from '@rendezvous/protocol';

const numberOrder: PositionOrder = {
  parse: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined),
  relation: (position, watermark) =>
    Number(position) <= Number(watermark) ? 'reached' : 'pending',
};

export class FakeReplica {
  position = 0;
  /** Refuses connections, and fails the questions of those that stand. */
  isDown = false;
  /** Accepts questions and answers none, for ever. */
  isHung = false;
  /** Connections are made only by `connectLate`. */
  isConnectHung = false;
  /** Connections that were asked for, refused ones included. */
  connectCount = 0;
  /** Connections that stand. */
  connectionCount = 0;
  readCount = 0;
  #late: (() => void)[] = [];
  readonly #listeners = new Set<(bids: readonly string[]) => void>();
  readonly #standing = new Set<() => void>();

  /** The connections that stand break, and their owners hear of it. */
  breakConnections(): void {
    for (const lose of this.#standing) lose();
  }

  /** Makes the connections that were asked for while `isConnectHung`. */
  connectLate(): void {
    for (const connect of this.#late) connect();
    this.#late = [];
  }

  /** What the monitors that listen are told. */
  announce(bids: readonly string[]): void {
    for (const listener of this.#listeners) listener(bids);
  }

  async connectSignalling(): Promise<SignallingReplica> {
    const connection = await this.connect();
    return {
      ...connection,
      listen: async (listener) => {
        this.#listeners.add(listener);
      },
    };
  }

  async connect(): Promise<ReplicaConnection> {
    this.connectCount++;
    if (this.isConnectHung) await new Promise<void>((resolve) => this.#late.push(resolve));
    if (this.isDown) throw new RendezvousError('store_failed', 'the replica is down');
    this.connectionCount++;
    let isOpen = true;
    let lose = (): void => undefined;
    const lost = new Promise<void>((resolve) => (lose = resolve));
    this.#standing.add(lose);
    return {
      lost,
      readWatermark: async () => {
        this.readCount++;
        if (this.isHung) await new Promise(() => undefined);
        if (this.isDown) throw new RendezvousError('store_failed', 'the replica went away');
        return String(this.position);
      },
      shutdown: async () => {
        if (isOpen) this.connectionCount--;
        isOpen = false;
        this.#standing.delete(lose);
      },
    };
  }
}

export class FakeStore {
  /** The primary's position. */
  primary = 0;
  /** How often the primary was asked for a barrier. */
  barrierCount = 0;
  kind: 'watermark' | 'signal' = 'watermark';
  readonly #replicas = new Map<string, FakeReplica>();

  get strategy(): WatermarkStrategy | SignalStrategy {
    const common = {
      order: numberOrder,
      readPrimary: async () => {
        this.barrierCount++;
        return String(this.primary);
      },
    };
    return this.kind === 'signal'
      ? {
          ...common,
          kind: 'signal',
          connectReplica: ({ endpoint }) => this.replica(endpoint).connectSignalling(),
        }
      : {
          ...common,
          kind: 'watermark',
          connectReplica: ({ endpoint }) => this.replica(endpoint).connect(),
        };
  }

  /** The replica with this endpoint; it is made when it is first asked for. */
  replica(endpoint: string): FakeReplica {
    const replica = this.#replicas.get(endpoint) ?? new FakeReplica();
    this.#replicas.set(endpoint, replica);
    return replica;
  }

  /** A commit on the primary; returns its position. */
  commit(): string {
    return String(++this.primary);
  }

  /** Every replica catches up with the primary. */
  replicate(): void {
    for (const replica of this.#replicas.values()) replica.position = this.primary;
  }
}
