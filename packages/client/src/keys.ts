import { KEY_BYTES_MAX, KEY_COUNT_MAX, RendezvousError } from '@rendezvous/protocol';

export type Key = string | Uint8Array;

/**
 * The bytes of keys that the user named (text as UTF-8). Throws `bad_request` for an empty key, one
 * above 3,072 bytes, or more than 100 of them.
 */
export function parseKeys(keys: readonly Key[]): readonly Uint8Array[] {
  const bytes = keys.map((key) => (typeof key === 'string' ? new TextEncoder().encode(key) : key));
  if (usableKeys(bytes) === bytes) return bytes;
  throw new RendezvousError(
    'bad_request',
    `Keys have 1 to ${KEY_BYTES_MAX} bytes, and are at most ${KEY_COUNT_MAX}.`,
  );
}

/** The keys if a node takes them, else none, which stands for the whole store. */
export function usableKeys(keys: readonly Uint8Array[]): readonly Uint8Array[] {
  const isUsable = keys.every(({ length }) => length > 0 && length <= KEY_BYTES_MAX);
  return isUsable && keys.length <= KEY_COUNT_MAX ? keys : [];
}
