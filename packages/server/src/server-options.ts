/** The options of a node, and what it makes of them. `check-server-options.ts` judges them. */
import { hostname } from 'node:os';
import { randomBytes } from 'node:crypto';
import type { Mode, VisibilityStrategy } from '@rendezvous/protocol';
import type { CoreLimits } from './core/core-state.js';
import type { StoreDefinition } from './core/store-layout.js';
import type { PeerConfig } from './peers/peer-link.js';
import type { Journal, Log } from './ports.js';
import type { TokenGrant } from './session/tokens.js';
import type { TlsOptions } from './tls/tls-options.js';

export interface StoreConfig {
  readonly name: string;
  /** Key of `strategies`: how positions of this store compare and how its replicas are watched. */
  readonly kind: string;
  /** Region of the primary. Absent: a multi-active store, whose opens name their home. */
  readonly home?: string;
  /** Per region, the URLs of its replicas; the home's is the primary. Empty: closed by the application. */
  readonly regions: Readonly<Record<string, readonly string[]>>;
  /** When an open branch is given up: 900,000 (15 min); 1,000 to 604,800,000 (7 days). */
  readonly branchTtlMs?: number;
}

export interface NodeLimits extends CoreLimits {
  /** Largest incoming frame in bytes: 1,048,576; 524,288 to 16,777,216. */
  readonly frameBytesMax: number;
  /** Sessions at the same time: 20,000. */
  readonly sessionCountMax: number;
}

export type MetricsAccess = 'admin' | 'open';

export interface ServerOptions {
  /** The application that this node serves. Default `default`. */
  readonly namespace?: string;
  /** A name for logs and status. Default: the host's name and some randomness. */
  readonly nodeId?: string;
  /** Regions that this node answers for; at least one. */
  readonly regions: readonly string[];
  readonly stores: readonly StoreConfig[];
  /** The other nodes of the namespace. Default none. */
  readonly peers?: readonly PeerConfig[];
  /** Address to listen on. Default `127.0.0.1`; anything but loopback needs `tokens`. */
  readonly host?: string;
  /** Default 7410; 0 takes a free one. */
  readonly port?: number;
  /** Who may come as what. Default: anyone, on loopback. */
  readonly tokens?: readonly TokenGrant[];
  /** Speak TLS, 1.2 or later, and nothing else on the port. Default: plain HTTP and WebSocket. */
  readonly tls?: TlsOptions;
  /**
   * Who may read `GET /metrics` of a node with tokens: who presents one with the role `admin`, or
   * whoever reaches the node. Default `admin`. Without tokens anybody on loopback may.
   */
  readonly metrics?: MetricsAccess;
  /** Per kind of store, how to watch it. */
  readonly strategies: Readonly<Record<string, VisibilityStrategy>>;
  /** Whether this process watches the replicas of its regions itself. Default `inside`. */
  readonly monitors?: 'inside' | 'none';
  /** The strictest mode that clients may use: the operator's remote switch. Default `enforce`. */
  readonly modeCeiling?: Mode;
  /** Default: in memory, which survives nothing. */
  readonly journal?: Journal;
  /** Default: nothing is logged. */
  readonly log?: Log;
  /** Called when the journal failed, after the node has stopped serving. Default: ends the process with 1. */
  readonly onFatal?: (error: unknown) => void;
  readonly limits?: Partial<NodeLimits>;
}

const BRANCH_TTL_MS = 900_000;

export const DEFAULT_FRAME_BYTES_MAX = 1_048_576;
export const DEFAULT_SESSION_COUNT_MAX = 20_000;

export function createNodeId(): string {
  const host = hostname().split('.', 1)[0] ?? 'node';
  return `${host.slice(0, 40)}-${randomBytes(3).toString('hex')}`;
}

/** Names, comparison, and whether there are markers: what the core may know of a store. */
export function toStoreDefinition(
  store: StoreConfig,
  strategies: ServerOptions['strategies'],
): StoreDefinition {
  const strategy = strategies[store.kind];
  return {
    name: store.name,
    home: store.home ?? '',
    regions: Object.entries(store.regions).map(([name, endpoints]) => ({
      name,
      replicas: endpoints.map((_, index) => replicaName(name, index)),
    })),
    ...(strategy?.kind === 'probe' ? { hasMarkers: true } : strategy && { order: strategy.order }),
    branchTtlMs: store.branchTtlMs ?? BRANCH_TTL_MS,
  };
}

/** `us-1` is the first replica of `us`. */
export function replicaName(region: string, index: number): string {
  return `${region}-${String(index + 1)}`;
}
