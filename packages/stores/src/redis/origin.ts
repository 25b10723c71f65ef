import { RendezvousError } from '@rendezvous/protocol';
import { unwrap } from '../shim-registry.js';

/**
 * The client of the primary that the store's options name, past its shim. Throws `config_invalid`
 * unless it is a client of the same driver, which has `method`.
 */
export function findOrigin<T extends object>(origin: unknown, method: keyof T & string): T {
  const bare: unknown = typeof origin === 'object' && origin !== null ? unwrap(origin) : undefined;
  const client = bare as Partial<T> | undefined;
  if (typeof client?.[method] === 'function') return client as T;
  throw new RendezvousError(
    'config_invalid',
    "the option 'origin' of a Redis store must be a client of its primary, of the same driver",
  );
}
