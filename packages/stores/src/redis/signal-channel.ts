import type { StoreHandle } from '@rendezvous/protocol';

/** The channel on which the bids of a store's writes travel, in the order of replication. */
export function toSignalChannel({
  namespace,
  store,
}: Pick<StoreHandle, 'namespace' | 'store'>): string {
  return `__rendezvous:${namespace}:${store}`;
}
