import type {
  LogEvent,
  MetricsAccess,
  ServerOptions,
  StoreConfig,
  TlsOptions,
  TokenGrant,
} from '@rendezvous/server';
import type { VisibilityStrategy } from '@rendezvous/protocol';
import type { Config, ConfigStore } from './config.js';
import type { StoreKind } from './define-config.js';
import type { ConfigNode } from './config-nodes.js';
import { selectNodes } from './select-nodes.js';

/** What the command line adds to the configuration. */
export interface ServeFlags {
  /** Regions whose node this is; empty: those of `nodes`, else that of the only node. */
  readonly regions: readonly string[];
  /** Which node this is, by its URL, where a region has several. */
  readonly nodes: readonly string[];
  readonly host?: string | undefined;
  /** Default: the port in the node's URL, where that is the node's own; of several the first one's. */
  readonly port?: number | undefined;
  readonly tokens?: readonly TokenGrant[] | undefined;
  /** What this node presents to its peers. */
  readonly peerToken?: string | undefined;
  readonly tls?: TlsOptions | undefined;
  readonly metrics?: MetricsAccess | undefined;
  readonly monitors: 'inside' | 'none';
  readonly log: (event: LogEvent) => void;
}

/** Pure: the options of the node that `config` and `flags` describe. Throws `config_invalid`. */
export function toServerOptions(
  config: Config,
  flags: ServeFlags,
  strategies: Readonly<Record<StoreKind, VisibilityStrategy>>,
): ServerOptions {
  const { own, served, peers } = selectNodes(config, flags);
  return {
    ...withoutUndefined({
      namespace: config.namespace,
      modeCeiling: config.policy.mode,
      host: flags.host,
      port: flags.port ?? findPort(own, flags.tls),
      tokens: flags.tokens,
      tls: flags.tls,
      metrics: flags.metrics,
    }),
    regions: served,
    stores: [...config.stores].map(([name, store]) => toStoreConfig(name, store)),
    peers: peers.map(({ name, endpoint }) => ({
      name,
      endpoint,
      ...withoutUndefined({ token: flags.peerToken }),
    })),
    strategies,
    monitors: flags.monitors,
    log: flags.log,
  };
}

function toStoreConfig(name: string, store: ConfigStore): StoreConfig {
  return {
    name,
    kind: store.kind,
    home: store.home,
    regions: Object.fromEntries(store.regions),
    ...withoutUndefined({ branchTtlMs: store.branchTtlMs }),
  };
}

/** Where a node without TLS has a `wss://` URL, it is a proxy's, whose port says nothing of the node's. */
function findPort([first]: readonly ConfigNode[], tls: TlsOptions | undefined): number | undefined {
  const { protocol, port } = new URL(first?.endpoint ?? 'wss://unknown');
  const isOwn = protocol === (tls ? 'wss:' : 'ws:');
  return isOwn && port !== '' ? Number(port) : undefined;
}

/** Optional properties that are absent, as `exactOptionalPropertyTypes` wants them. */
function withoutUndefined<T extends object>(
  properties: T,
): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  const present = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { readonly [K in keyof T]?: Exclude<T[K], undefined> };
}
