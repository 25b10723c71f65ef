/**
 * What a case runs on: a datastore, one node for both of its regions, and clients. The primary is in
 * `eu`, the replicas are in `us`.
 */
import type {
  ConformanceClient,
  ConformanceHarness,
  RunningReplica,
  RunningStore,
} from './harness.js';
import { ObservedHandle } from './observed-handle.js';
import type { ConformanceRuntime, RuntimeMonitor, RuntimeWait } from './runtime.js';
import { type Bookmark, putAs, type Side } from './request.js';
import { until } from './until.js';

export const STORE = 'posts';
/** The connections of each client: what one connection sees says little about another. */
export const CONNECTION_COUNT = 8;

const KIND = 'under-test';
const HOME = 'eu';
const AWAY = 'us';
const TIMEOUT_MS = 60_000;

export interface DeploymentOptions {
  /** Default 1. */
  readonly replicaCount?: number;
  /** Who watches the replicas: the node, or monitors that the case starts. Default `inside`. */
  readonly monitors?: 'inside' | 'none';
}

export interface Deployment {
  readonly harness: ConformanceHarness;
  readonly store: RunningStore;
  /** The first replica. */
  readonly replica: RunningReplica;
  readonly writer: Side;
  /** Reads at the first replica. */
  readonly reader: Side;
  /** Another function in `eu`, with a client of its own. */
  readonly connectWriter: () => Promise<Side>;
  /** Another function in `us` that reads at this replica. */
  readonly connectReader: (replica: RunningReplica) => Promise<Side>;
  /** A client of the driver alone, gone with the deployment. */
  readonly connectBare: (url: string) => Promise<ConformanceClient>;
  /** A monitor outside of the node that watches every replica, gone with the deployment. */
  readonly startMonitor: () => RuntimeMonitor;
  /** Waits in `us`; with `timeoutMs` 0, the default, only looks. */
  readonly wait: (
    bookmark: Bookmark,
    options?: { timeoutMs?: number; key?: string },
  ) => Promise<RuntimeWait>;
  /** Resolves once everything that the bookmark covers is visible in `us`, whatever was unknown before. */
  readonly untilConsistent: (bookmark: Bookmark) => Promise<void>;
  readonly shutdown: () => Promise<void>;
}

/** Starts everything and resolves once the node answers for the replicas, if it watches them. */
export async function startDeployment(
  harness: ConformanceHarness,
  runtime: ConformanceRuntime,
  { replicaCount = 1, monitors = 'inside' }: DeploymentOptions = {},
): Promise<Deployment> {
  const cleanups: (() => Promise<void>)[] = [];
  const shutdown = async (): Promise<void> => {
    for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
  };
  try {
    const store = await harness.startStore({ replicaCount });
    cleanups.push(() => store.shutdown());
    const node = await runtime.createServer(toNodeOptions(harness, store, monitors));
    cleanups.push(() => node.shutdown());
    const parts = { harness, runtime, store, nodeUrl: node.url, cleanups };
    const deployment = { ...(await assemble(parts)), shutdown };
    if (monitors === 'inside') await untilServed(deployment);
    return deployment;
  } catch (error) {
    await shutdown();
    throw error;
  }
}

type NodeOptions = Parameters<ConformanceRuntime['createServer']>[0];

function toNodeOptions(
  { strategy }: ConformanceHarness,
  { primary, replicas }: RunningStore,
  monitors: 'inside' | 'none',
): NodeOptions {
  const regions = { [HOME]: [primary.url], [AWAY]: replicas.map(({ url }) => url) };
  return {
    port: 0,
    regions: [HOME, AWAY],
    stores: [{ name: STORE, kind: KIND, home: HOME, regions }],
    strategies: { [KIND]: strategy },
    monitors,
  };
}

interface Parts {
  readonly harness: ConformanceHarness;
  readonly runtime: ConformanceRuntime;
  readonly store: RunningStore;
  readonly nodeUrl: string;
  /** What ends with the deployment, in the order of the starts. */
  readonly cleanups: (() => Promise<void>)[];
}

async function assemble(parts: Parts): Promise<Omit<Deployment, 'shutdown'>> {
  const { harness, store } = parts;
  const [replica] = store.replicas;
  if (replica === undefined) throw new Error('startStore() gave no replica');
  const writer = await connectSide(parts, HOME, store.primary.url);
  const reader = await connectSide(parts, AWAY, replica.url);
  const wait: Deployment['wait'] = (bookmark, { timeoutMs = 0, key } = {}) =>
    reader.rv.wait({
      ...{ store: STORE, region: AWAY, bookmark, timeoutMs },
      ...(key !== undefined && { keys: [harness.toKey?.(key) ?? key] }),
    });
  return {
    harness,
    store,
    replica,
    writer,
    reader,
    wait,
    connectWriter: () => connectSide(parts, HOME, store.primary.url),
    connectReader: ({ url }) => connectSide(parts, AWAY, url),
    connectBare: (url) => connectClient(parts, { url, connectionCount: 1 }),
    startMonitor: () => startMonitor(parts),
    untilConsistent: (bookmark) =>
      until('the write is known to be visible in us', async () => {
        const { status } = await wait(bookmark, { timeoutMs: 1_000 });
        return status === 'consistent';
      }),
  };
}

async function connectSide(parts: Parts, region: string, url: string): Promise<Side> {
  const rv = parts.runtime.createRendezvous({
    region,
    nodes: parts.nodeUrl,
    timeoutMs: TIMEOUT_MS,
    onUnavailable: 'throw',
    log: () => undefined,
  });
  parts.cleanups.push(() => rv.shutdown());
  const handle = new ObservedHandle(rv.store(STORE));
  const client = await connectClient(parts, { url, handle, connectionCount: CONNECTION_COUNT });
  return { rv, client, handle };
}

async function connectClient(
  { harness, cleanups }: Parts,
  options: Parameters<ConformanceHarness['connect']>[0],
): Promise<ConformanceClient> {
  const client = await harness.connect(options);
  cleanups.push(() => client.shutdown());
  return client;
}

function startMonitor({ harness, runtime, store, nodeUrl, cleanups }: Parts): RuntimeMonitor {
  const monitor = runtime.createMonitor({
    endpoint: nodeUrl,
    store: STORE,
    region: AWAY,
    replicas: store.replicas.map(({ url }, index) => ({
      name: `${AWAY}-${String(index + 1)}`,
      endpoint: url,
    })),
    primary: store.primary.url,
    strategy: harness.strategy,
  });
  cleanups.push(() => monitor.shutdown());
  return monitor;
}

/** Until a write is seen: one that came before the monitor may be told by no signal. */
async function untilServed({ writer, wait }: Omit<Deployment, 'shutdown'>): Promise<void> {
  await until('the node answers for the replicas', async () => {
    const bookmark = await putAs(writer, 'warm-up', '');
    const { status } = await wait(bookmark, { timeoutMs: 1_000 });
    return status === 'consistent';
  });
}
