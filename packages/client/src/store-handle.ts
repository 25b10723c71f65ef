import type { ReadOperation, StoreHandle, WriteOperation } from '@rendezvous/protocol';
import { effectiveMode } from './client-parts.js';
import type { ClientParts } from './client-parts.js';
import { parseStoreOptions } from './options.js';
import type { StoreOptions } from './options.js';
import { TIMEOUT_MS_DEFAULT } from './policy.js';
import type { Policy } from './policy.js';
import { mayPass, performRead } from './read-path.js';
import { SpeculationGauge } from './speculation.js';
import { performWrite } from './write-path.js';

/** The store as its shim sees it. Throws `config_invalid`. */
export function createStoreHandle(
  parts: ClientParts,
  store: string,
  options: StoreOptions,
): StoreHandle {
  const settings = parseStoreOptions(store, options, parts.settings);
  const { region, origin, strictWrites, openTimeoutMs, verify } = settings;
  const speculation = new SpeculationGauge();
  const policyNow = (defaultTimeoutMs = TIMEOUT_MS_DEFAULT): Policy =>
    parts.scope.policyOver({ timeoutMs: defaultTimeoutMs, ...settings.policy });
  return {
    namespace: parts.settings.namespace,
    store,
    region,
    verify,
    get active() {
      return effectiveMode(parts, policyNow().mode) !== 'off';
    },
    passRead: () => mayPass(parts, policyNow()),
    write<T>(operation: WriteOperation<T>): Promise<T> {
      const policy = policyNow();
      return performWrite({ parts, store, strictWrites, openTimeoutMs, policy, operation });
    },
    read<T>(operation: ReadOperation<T>): Promise<T> {
      return performRead({
        parts,
        store,
        region,
        origin,
        verify,
        policy: policyNow(operation.defaultTimeoutMs),
        speculation,
        operation,
      });
    },
  };
}
