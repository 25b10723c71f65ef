// A node whose monitors probe the replicas of a store with markers, without sockets, for tests.
import { performance } from 'node:perf_hooks';
import type { Open, Opened, StatusAnswer, WaitAnswer } from '@rendezvous/protocol';
import { expect, onTestFinished } from 'vitest';
import { NodeCore } from '../src/core/node-core.js';
import { createLocalLink, type LocalLink } from '../src/host/local-link.js';
import { NodeHost } from '../src/host/node-host.js';
import { createMemoryJournal } from '../src/journal/memory-journal.js';
import type { WatchedReplica } from '../src/monitor/replica-watch.js';
import { watchReplica } from '../src/monitor/watch-replica.js';
import type { LogEvent } from '../src/ports.js';
import { toStoreDefinition } from '../src/server-options.js';
import { type FakeMarkers, FakeMarkerStore } from './fake-marker-store.js';
import { mintUlid, openOf, waitOf } from './operations.js';
import { until } from './until.js';

/** The endpoints of us. */
export const REPLICAS = { us: ['us', 'us-two'], one: ['us'] } as const;

/** A write's branch. */
export interface Written {
  readonly open: Open;
  readonly opened: Opened;
}

/** The node of us, and what watches its replicas. */
export class ProbedNode {
  readonly store: FakeMarkerStore = new FakeMarkerStore();
  readonly us: FakeMarkers = this.store.replica('us');
  readonly events: LogEvent[] = [];
  readonly #host: NodeHost;
  readonly #links: LocalLink[] = [];
  readonly #client: LocalLink;
  readonly #endpoints: readonly string[];

  constructor(endpoints: readonly string[] = REPLICAS.one) {
    this.#endpoints = endpoints;
    const journal = createMemoryJournal();
    const photos = {
      name: 'photos',
      kind: 'fake',
      home: 'eu',
      regions: { eu: ['eu'], us: endpoints },
    };
    const stores = [toStoreDefinition(photos, { fake: this.store.strategy })];
    const core = new NodeCore(
      {
        nodeId: 'us',
        namespace: 'default',
        regions: ['us'],
        stores,
        peers: [],
        journal: journal.recovered,
      },
      performance.now(),
    );
    const onFatal = (error: unknown): never => {
      throw error;
    };
    this.#host = new NodeHost({ core, journal, onFatal });
    this.#client = createLocalLink(this.#host);
    onTestFinished(() => this.#host.shutdown());
  }

  /** Starts a monitor; returns what ends it. */
  watch(fields: Partial<WatchedReplica> = {}): () => Promise<void> {
    const abort = new AbortController();
    const link = createLocalLink(this.#host);
    this.#links.push(link);
    const common = {
      namespace: 'default',
      store: 'photos',
      region: 'us',
      primary: 'eu',
      strategy: this.store.strategy,
      ...fields,
    };
    const watches = this.#endpoints.map((endpoint, index) => {
      const replica = { ...common, name: `us-${String(index + 1)}`, endpoint };
      return watchReplica(replica, link, (event) => this.events.push(event), abort.signal);
    });
    const stop = async (): Promise<void> => {
      abort.abort();
      link.shutdown();
      await Promise.all(watches);
    };
    onTestFinished(stop);
    return stop;
  }

  async open(fields: Partial<Open> = {}): Promise<Written> {
    const keys = [Buffer.from('a')];
    const open = openOf({ store: 'photos', position: '', keys, ...fields });
    return { open, opened: (await this.#client.request(open)) as Opened };
  }

  /** A write that the primary has acknowledged; its branch is open. */
  async write(key: string = 'a', fields: Partial<Open> = {}): Promise<Written> {
    const bid = mintUlid();
    this.store.primary.set(key, bid);
    return this.open({ bid, keys: [Buffer.from(key)], ...fields });
  }

  wait(written: Written, timeoutMs: number): Promise<WaitAnswer> {
    const query = waitOf(written.open, written.opened, { store: 'photos', timeoutMs });
    return this.#client.request(query) as Promise<WaitAnswer>;
  }

  async abort(bid: string): Promise<void> {
    await this.#client.request({ kind: 'abort', bid });
  }

  async status(): Promise<StatusAnswer> {
    return (await this.#client.request({ kind: 'status' })) as StatusAnswer;
  }

  async untilWatched(): Promise<void> {
    await until(async () => {
      const { replicas } = await this.status();
      expect(replicas.every(({ monitored }) => monitored)).toBe(true);
    });
  }

  /** The monitors have looked up something since, and found nothing. */
  async untilProbed(): Promise<void> {
    const before = this.us.questionCount;
    await until(() => expect(this.us.questionCount).toBeGreaterThan(before + 1));
  }
}

/** A node whose replicas are watched. */
export async function startProbedNode(endpoints?: readonly string[]): Promise<ProbedNode> {
  const node = new ProbedNode(endpoints);
  node.watch();
  await node.untilWatched();
  return node;
}

/** How many of the events have this name. */
export function countOf(events: readonly LogEvent[], name: string): number {
  return events.filter(({ event }) => event === name).length;
}

export const CONSISTENT = { status: 'consistent' };
export const OPEN = { status: 'timed_out', pending: [{ reason: 'open' }] } as const;
