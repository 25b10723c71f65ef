/** Puts a node together: core, journal, sessions, peers, monitors. */
import { performance } from 'node:perf_hooks';
import { RendezvousError } from '@rendezvous/protocol';
import { checkServerOptions, isLoopback } from './check-server-options.js';
import { NodeCore } from './core/node-core.js';
import type { CoreObserver } from './core/observer.js';
import { createLocalLink, type LocalLink } from './host/local-link.js';
import { NodeHost } from './host/node-host.js';
import type { HttpServer } from './http/create-http-server.js';
import { createNodePort, type NodeParts } from './http/create-node-port.js';
import { listen } from './http/listen.js';
import { createMemoryJournal } from './journal/memory-journal.js';
import { NodeCounts } from './metrics/node-counts.js';
import type { MonitorObserver } from './monitor/monitor-observer.js';
import type { WatchedReplica } from './monitor/replica-watch.js';
import { watchReplica } from './monitor/watch-replica.js';
import { type PeerLink, startPeerLink } from './peers/peer-link.js';
import type { Journal, Log } from './ports.js';
import {
  createNodeId,
  DEFAULT_FRAME_BYTES_MAX,
  replicaName,
  type ServerOptions,
  toStoreDefinition,
} from './server-options.js';
import type { NodeIdentity } from './session/greet.js';
import { createNodeTls } from './tls/node-tls.js';
import type { TlsOptions } from './tls/tls-options.js';

/** A metadata node that runs in this process. */
export interface Server extends AsyncDisposable {
  /** `ws://host:port`, or `wss://` with TLS. */
  readonly url: string;
  readonly port: number;
  readonly nodeId: string;
  /**
   * Replaces the certificates of a node that has TLS: connections that begin now, to it and from it
   * to its peers, get the new ones; sessions that stand go on. Throws `config_invalid`, and changes
   * nothing, for what cannot be used, and when `ca` comes or goes, which takes a restart.
   */
  renewTls(tls: TlsOptions): void;
  /** Stops listening, ends sessions, stops monitors and peer links, closes the journal. Idempotent. */
  shutdown(): Promise<void>;
}

/** How long sessions have to close by themselves. */
const SESSION_CLOSE_TIMEOUT_MS = 1_000;
/** WebSocket close code (RFC 6455): the endpoint goes away. */
const CLOSE_GOING_AWAY = 1001;

/**
 * Starts a metadata node and resolves once it listens. Rejects with `config_invalid` for options that
 * make no sense, and with `unavailable` when the port cannot be had.
 *
 * @example
 * const node = await createServer({
 *   regions: ['us'],
 *   stores: [{ name: 'posts', kind: 'postgres', home: 'eu', regions: { eu: [primaryUrl], us: [replicaUrl] } }],
 *   peers: [{ name: 'eu', endpoint: 'ws://127.0.0.1:7411' }],
 *   strategies: { postgres: postgresVisibility() },
 * });
 */
export async function createServer(options: ServerOptions): Promise<Server> {
  checkServerOptions(options);
  const { log = () => undefined, host: address = '127.0.0.1', port = 7_410 } = options;
  const { journal = createMemoryJournal() } = options;
  const identity = identityOf(options);
  let onFatal = (error: unknown): void => {
    throw error;
  };
  const counts = new NodeCounts(options);
  const host = new NodeHost({
    core: createCore(options, identity, journal, counts),
    journal,
    onFatal: (error) => onFatal(error),
    observer: counts,
  });
  let isReady = false;
  const tls = createNodeTls(options.tls, (next) => http.renewTls(next));
  const node = { identity, host, counts, tls, log, isReady: () => isReady };
  const http = createNodePort(options, node);
  const listening = await listen(http.server, address, port, log).catch(async (error: unknown) => {
    host.shutdown();
    await journal.shutdown();
    throw error;
  });
  warnOfClearText(options, log);
  const peerLinks = startPeerLinks(options, node);
  const monitors = startMonitors(options, host, counts, log);
  isReady = true;

  let ending: Promise<void> | undefined;
  const shutdown = (): Promise<void> => {
    isReady = false;
    ending ??= end(http, host, journal, peerLinks, monitors);
    return ending;
  };
  onFatal = (error) => {
    log({ level: 'error', event: 'journal_failed', reason: RendezvousError.from(error).message });
    const { onFatal: report = () => process.exit(1) } = options;
    const tell = (): void => report(error);
    shutdown().then(tell, tell);
  };
  const authority = address.includes(':') ? `[${address}]` : address;
  return {
    url: `${options.tls ? 'wss' : 'ws'}://${authority}:${String(listening.port)}`,
    port: listening.port,
    nodeId: identity.nodeId,
    renewTls: (next) => {
      tls.renew(next);
      log({ level: 'info', event: 'tls_renewed', endMs: tls.endMs });
    },
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

function warnOfClearText({ host = '127.0.0.1', tokens, tls }: ServerOptions, log: Log): void {
  if (isLoopback(host) || tokens === undefined || tls !== undefined) return;
  const reason = 'without TLS whoever listens on the way can read the tokens: see --tls-cert';
  log({ level: 'warn', event: 'tokens_in_clear_text', host, reason });
}

function createCore(
  options: ServerOptions,
  identity: NodeIdentity,
  journal: Journal,
  observer: CoreObserver,
): NodeCore {
  const { stores, strategies, peers = [], regions, limits = {} } = options;
  return new NodeCore(
    {
      nodeId: identity.nodeId,
      namespace: identity.namespace,
      regions,
      stores: stores.map((store) => toStoreDefinition(store, strategies)),
      peers: peers.map((peer) => peer.name),
      journal: journal.recovered,
      limits,
      observer,
    },
    performance.now(),
  );
}

function identityOf(options: ServerOptions): NodeIdentity {
  return {
    nodeId: options.nodeId ?? createNodeId(),
    namespace: options.namespace ?? 'default',
    regions: options.regions,
    stores: options.stores.map(({ name, home = '', regions }) => ({
      name,
      home,
      regions: Object.keys(regions),
    })),
    modeCeiling: options.modeCeiling ?? 'enforce',
    frameBytesMax: options.limits?.frameBytesMax ?? DEFAULT_FRAME_BYTES_MAX,
    tokens: options.tokens,
  };
}

function startPeerLinks(
  { peers = [], regions }: ServerOptions,
  { identity: { namespace, nodeId }, host, tls: { webSocket }, log }: NodeParts,
): PeerLink[] {
  return peers.map((peer) =>
    startPeerLink({ peer, host, namespace, nodeId, regions, log, webSocket }),
  );
}

interface Monitors {
  shutdown(): Promise<void>;
}

function startMonitors(
  options: ServerOptions,
  host: NodeHost,
  observer: MonitorObserver,
  log: Log,
): Monitors {
  const stop = new AbortController();
  const link: LocalLink = createLocalLink(host);
  const replicas = options.monitors === 'none' ? [] : replicasToWatch(options);
  const watches = replicas.map((replica) =>
    watchReplica({ ...replica, observer }, link, log, stop.signal),
  );
  return {
    shutdown: async () => {
      stop.abort();
      link.shutdown();
      await Promise.all(watches);
    },
  };
}

/** The replicas of the regions that this node answers for. */
function replicasToWatch({
  namespace = 'default',
  stores,
  regions,
  strategies,
}: ServerOptions): WatchedReplica[] {
  return stores.flatMap((store) => {
    const strategy = strategies[store.kind];
    const primary = store.regions[store.home ?? '']?.[0];
    if (!strategy || primary === undefined) return [];
    return regions
      .filter((region) => region !== store.home)
      .flatMap((region) =>
        (store.regions[region] ?? []).map((endpoint, index) => ({
          namespace,
          store: store.name,
          region,
          name: replicaName(region, index),
          endpoint,
          primary,
          strategy,
        })),
      );
  });
}

async function end(
  http: HttpServer,
  host: NodeHost,
  journal: Journal,
  peerLinks: readonly PeerLink[],
  monitors: Monitors,
): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    http.server.close(() => {
      resolve();
    });
  });
  for (const socket of http.sockets) socket.close(CLOSE_GOING_AWAY, 'shut_down');
  const impatience = setTimeout(() => {
    http.destroyConnections();
  }, SESSION_CLOSE_TIMEOUT_MS);
  await Promise.all([closed, monitors.shutdown(), ...peerLinks.map((link) => link.shutdown())]);
  clearTimeout(impatience);
  host.shutdown();
  await journal.shutdown();
}
