import { RendezvousError } from '@rendezvous/protocol';
import { unwrap } from '../shim-registry.js';
import type { SdkClient } from './driver.js';

/** The bare client inside a store's `origin`. Throws `config_invalid` where it is none; `service` is for people. */
export function findOrigin(origin: unknown, service: string): SdkClient {
  const bare: unknown = typeof origin === 'object' && origin !== null ? unwrap(origin) : undefined;
  const client = bare as Partial<SdkClient> | undefined;
  if (typeof client?.send === 'function') return client as SdkClient;
  throw new RendezvousError(
    'config_invalid',
    `the option 'origin' of ${service} store must be a client of its home region`,
  );
}
