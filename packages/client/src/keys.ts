import { KEY_BYTES_MAX, KEY_COUNT_MAX, RendezvousError } from '@rendezvous/protocol';

export type Key = string | Uint8Array;

/**
 * The bytes of keys that the user named (text as UTF-8). Throws `bad_request` for an empty key, one
 * above 3,072 bytes, or more than 100 of them.
 */
export function parseKeys(keys: readonly Key[]): readonly Uint8Array[] {
  const bytes = keys.map((key) => (typeof key === 'string' ? new TextEncoder().encode(key) : key));
  if (areUsableKeys(bytes)) return bytes;
  throw new RendezvousError(
    'bad_request',
    `Keys have 1 to ${KEY_BYTES_MAX} bytes, and are at most ${KEY_COUNT_MAX}.`,
  );
}

/** Whether a node takes these keys. Where it would not, name none: that stands for the whole store. */
export function areUsableKeys(keys: readonly Uint8Array[]): boolean {
  return (
    keys.length <= KEY_COUNT_MAX &&
    keys.every((key) => key.byteLength > 0 && key.byteLength <= KEY_BYTES_MAX)
  );
}
