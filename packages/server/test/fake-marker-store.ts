/**
 * A replicated datastore in memory without positions: each write leaves its marker at its key. The
 * test moves it, breaks it and hangs it; nothing here moves by itself.
 */
import {
  type MarkerReader,
  type ProbedReplica,
  type ProbeStrategy,
  RendezvousError,
} from '@rendezvous/protocol';

/** The primary, or a replica. */
export class FakeMarkers {
  readonly #markers = new Map<string, string>();
  readonly #standing = new Set<() => void>();
  readonly #listeners = new Set<(keys: readonly Uint8Array[]) => void>();
  isDown = false;
  /** Accepts questions and answers none. */
  isHung = false;
  /** By key: what answers to questions about it wait for. */
  readonly #held = new Map<string, Promise<void>>();
  /** Connections that stand. */
  connectionCount = 0;
  connectCount = 0;
  /** The keys that each question named. */
  readonly asked: string[][] = [];

  get questionCount(): number {
    return this.asked.length;
  }

  get lookupCount(): number {
    return this.asked.flat().length;
  }

  set(key: string, marker: string): void {
    this.#markers.set(key, marker);
  }

  copy({
    source,
    keys,
  }: {
    readonly source: FakeMarkers;
    readonly keys?: readonly string[];
  }): void {
    for (const key of keys ?? source.#markers.keys()) {
      this.#markers.set(key, source.#markers.get(key) ?? '');
    }
  }

  /** Holds the answers to questions about `key` until the returned function is called. */
  hold(key: string): () => void {
    let release = (): void => undefined;
    this.#held.set(key, new Promise((resolve) => (release = resolve)));
    return () => {
      this.#held.delete(key);
      release();
    };
  }

  breakConnections(): void {
    for (const lose of this.#standing) lose();
  }

  hint(...keys: readonly string[]): void {
    for (const listener of this.#listeners) listener(keys.map((one) => Buffer.from(one)));
  }

  async connect(): Promise<MarkerReader> {
    this.connectCount++;
    if (this.isDown) throw new RendezvousError('store_failed', 'the store is down');
    this.connectionCount++;
    let isOpen = true;
    let lose = (): void => undefined;
    const lost = new Promise<void>((resolve) => (lose = resolve));
    this.#standing.add(lose);
    return {
      lost,
      readMarkers: async (keys) => {
        const texts = keys.map((key) => Buffer.from(key).toString());
        this.asked.push(texts);
        const markers = texts.map((key) => this.#markers.get(key) ?? '');
        for (const key of texts) await this.#held.get(key);
        if (this.isHung) await new Promise(() => undefined);
        if (this.isDown) throw new RendezvousError('store_failed', 'the store went away');
        return markers;
      },
      shutdown: async () => {
        if (isOpen) this.connectionCount--;
        isOpen = false;
        this.#standing.delete(lose);
      },
    };
  }

  async connectHinting(): Promise<ProbedReplica> {
    const reader = await this.connect();
    return {
      ...reader,
      listen: async (listener) => {
        this.#listeners.add(listener);
      },
    };
  }
}

export class FakeMarkerStore {
  readonly primary: FakeMarkers = new FakeMarkers();
  keyCountMax = 100;
  /** `us`, `us-2`, …: by endpoint. */
  readonly #replicas = new Map<string, FakeMarkers>();

  get strategy(): ProbeStrategy {
    return {
      kind: 'probe',
      keyCountMax: this.keyCountMax,
      connectReplica: ({ endpoint }) => this.replica(endpoint).connectHinting(),
      connectPrimary: () => this.primary.connect(),
    };
  }

  replica(endpoint: string): FakeMarkers {
    const replica = this.#replicas.get(endpoint) ?? new FakeMarkers();
    this.#replicas.set(endpoint, replica);
    return replica;
  }

  /** Every replica has what the primary has. */
  replicate(): void {
    for (const replica of this.#replicas.values()) replica.copy({ source: this.primary });
  }
}
