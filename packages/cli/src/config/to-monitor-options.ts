import type { ClientTlsOptions, LogEvent, MonitorOptions } from '@rendezvous/server';
import { RendezvousError } from '@rendezvous/protocol';
import type { VisibilityStrategy } from '@rendezvous/protocol';
import { suggestNearest } from '../nearest.js';
import type { Config, ConfigStore } from './config.js';
import type { StoreKind } from './define-config.js';
import { findNodes } from './select-nodes.js';

/** What the command line adds to the configuration. */
export interface MonitorFlags {
  readonly store: string;
  readonly region: string;
  /** One replica of the region (`us-1`); absent: all. */
  readonly replica?: string | undefined;
  /** The only node to report to; absent: every node of the region. */
  readonly node?: string | undefined;
  readonly token?: string | undefined;
  readonly tls?: ClientTlsOptions | undefined;
  readonly log: (event: LogEvent) => void;
}

/**
 * Pure: the options of the monitors of one process, one for each node that answers for the region,
 * since each node needs to hear of every replica. Throws `config_invalid`.
 */
export function toMonitorOptions(
  config: Config,
  flags: MonitorFlags,
  strategies: Readonly<Record<StoreKind, VisibilityStrategy>>,
): readonly MonitorOptions[] {
  const { store: storeName, region } = flags;
  const store = config.stores.get(storeName);
  if (store === undefined) {
    const suggestion = suggestNearest(storeName, config.stores.keys());
    throw invalid(`the configuration has no store "${storeName}".${suggestion}`);
  }
  const endpoints =
    flags.node === undefined
      ? findNodes(config, region).map(({ endpoint }) => endpoint)
      : [flags.node];
  const replicas = selectReplicas(flags, store);
  return endpoints.map((endpoint) => ({
    endpoint,
    ...(config.namespace === undefined ? {} : { namespace: config.namespace }),
    ...(flags.token === undefined ? {} : { token: flags.token }),
    ...(flags.tls && { tls: flags.tls }),
    store: storeName,
    region,
    replicas,
    primary: store.regions.get(store.home)?.[0] ?? '',
    strategy: strategies[store.kind],
    log: flags.log,
  }));
}

function selectReplicas(flags: MonitorFlags, store: ConfigStore): MonitorOptions['replicas'] {
  const { region } = flags;
  if (region === store.home) {
    throw invalid(
      `"${region}" is the home of "${flags.store}": writes are visible there at once, nothing is to be monitored`,
    );
  }
  const replicas = (store.regions.get(region) ?? []).map((endpoint, index) => ({
    name: `${region}-${index + 1}`,
    endpoint,
  }));
  if (replicas.length === 0) {
    throw invalid(`the store "${flags.store}" has no replica in the region "${region}"`);
  }
  if (flags.replica === undefined) return replicas;
  const selected = replicas.filter(({ name }) => name === flags.replica);
  if (selected.length > 0) return selected;
  const names = replicas.map(({ name }) => name).join(' or ');
  throw invalid(
    `"${flags.store}" has no replica "${flags.replica}" in "${region}": use --replica ${names}`,
  );
}

function invalid(message: string): RendezvousError {
  return new RendezvousError('config_invalid', message);
}
