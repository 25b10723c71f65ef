/** Nodes that replicate to each other over links which the test can break. */
import type { DelayProxy } from '@rendezvous/testkit';
import { findFreePort, startDelayProxy } from '@rendezvous/testkit';
import type { Open, Opened, StatusAnswer, WaitAnswer } from '@rendezvous/protocol';
import { expect, onTestFinished } from 'vitest';
import type { ClientOptions } from 'ws';
import { createServer, type Server } from '../src/create-server.js';
import type { LogEvent } from '../src/ports.js';
import type { ServerOptions } from '../src/server-options.js';
import { FakeStore } from './fake-store.js';
import { openOf, waitOf } from './operations.js';
import { openSession, type RawClient } from './raw-client.js';
import { until } from './until.js';

/** A store whose home is eu, with a replica in us and one in ap. */
export const POSTS = {
  name: 'posts',
  kind: 'fake',
  home: 'eu',
  regions: { eu: ['eu'], us: ['us'], ap: ['ap'] },
} as const;

export class ClusterNode {
  readonly events: LogEvent[] = [];
  readonly #options: ServerOptions;
  readonly #socketOptions: ClientOptions;
  #server: Server | undefined;
  #client: Promise<RawClient> | undefined;

  /** `socketOptions`: those of the test's own session with the node. */
  constructor(options: ServerOptions, socketOptions: ClientOptions = {}) {
    this.#socketOptions = socketOptions;
    this.#options = { ...options, log: (event) => this.events.push(event) };
    onTestFinished(() => this.stop());
  }

  async start(): Promise<Server> {
    this.#server = await createServer(this.#options);
    this.#client = openSession(this.#server.url, { role: 'admin' }, this.#socketOptions);
    await this.#client;
    return this.#server;
  }

  async stop(): Promise<void> {
    await this.#server?.shutdown();
  }

  /** A write: its branch is open and acknowledged. */
  async open(fields: Partial<Open>): Promise<Written> {
    const open = openOf(fields);
    const client = await this.#connected();
    return { open, opened: await client.askFor('opened', open) };
  }

  async wait(written: Written, region: string, timeoutMs: number): Promise<WaitAnswer> {
    const client = await this.#connected();
    return client.askFor('waitAnswer', waitOf(written.open, written.opened, { region, timeoutMs }));
  }

  async status(): Promise<StatusAnswer> {
    const client = await this.#connected();
    return client.askFor('statusAnswer', { kind: 'status' });
  }

  /** No branch is left, in any region. */
  async untilEmpty(): Promise<void> {
    await until(async () => {
      const { regions } = await this.status();
      expect(regions.filter(({ branchesOpen }) => branchesOpen > 0)).toEqual([]);
    });
  }

  /** Its replicas are watched and past their barriers, its peers connected. */
  async untilReady(): Promise<void> {
    const peerCount = this.#options.peers?.length ?? 0;
    await until(async () => {
      const { replicas, journals } = await this.status();
      expect(replicas.filter(({ monitored, barrier }) => !monitored || barrier !== '')).toEqual([]);
      expect(journals.filter(({ own, connected }) => !own && connected)).toHaveLength(peerCount);
    });
  }

  #connected(): Promise<RawClient> {
    if (!this.#client) throw new Error('not started');
    return this.#client;
  }
}

export interface Written {
  readonly open: Open;
  readonly opened: Opened;
}

export interface Cluster {
  readonly store: FakeStore;
  readonly eu: ClusterNode;
  readonly us: ClusterNode;
  /** What us hears of eu goes through here. */
  readonly link: DelayProxy;
}

/** A node for eu and one for the regions of `usRegions`, started and ready. */
export async function startCluster(usRegions: readonly string[] = ['us', 'ap']): Promise<Cluster> {
  const store = new FakeStore();
  const shared = { stores: [POSTS], strategies: { fake: store.strategy } };
  const [euPort, usPort] = [await findFreePort(), await findFreePort()];
  const link = await startDelayProxy({ targetPort: euPort });
  onTestFinished(() => link.shutdown());
  const toUs = { name: 'us', endpoint: `ws://127.0.0.1:${usPort}` };
  const toEu = { name: 'eu', endpoint: `ws://127.0.0.1:${link.port}` };
  const eu = new ClusterNode({ ...shared, regions: ['eu'], port: euPort, peers: [toUs] });
  const us = new ClusterNode({ ...shared, regions: usRegions, port: usPort, peers: [toEu] });
  await Promise.all([eu.start(), us.start()]);
  await Promise.all([eu.untilReady(), us.untilReady()]);
  return { store, eu, us, link };
}
