import { RendezvousError } from '@rendezvous/protocol';

export type Key = string | Uint8Array;

const KEY_BYTES_MAX = 3_072;
const KEY_COUNT_MAX = 1_000;
/** Of all keys of one operation; a frame of a node takes at least four times that. */
const TOTAL_BYTES_MAX = 256 * 1024;

/**
 * The bytes of keys that the user named (text as UTF-8). Throws `bad_request` for an empty key, one
 * above 3,072 bytes, or more than 1,000 of them or 256 KiB in all.
 */
export function parseKeys(keys: readonly Key[]): readonly Uint8Array[] {
  const bytes = keys.map((key) => (typeof key === 'string' ? new TextEncoder().encode(key) : key));
  if (areUsableKeys(bytes)) return bytes;
  throw new RendezvousError(
    'bad_request',
    `Keys have 1 to ${KEY_BYTES_MAX} bytes, are at most ${KEY_COUNT_MAX}, and have at most ${TOTAL_BYTES_MAX} bytes in all.`,
  );
}

/** Whether a node takes these keys. Where it would not, name none: that stands for the whole store. */
export function areUsableKeys(keys: readonly Uint8Array[]): boolean {
  return (
    keys.length <= KEY_COUNT_MAX &&
    keys.reduce((sum, key) => sum + key.byteLength, 0) <= TOTAL_BYTES_MAX &&
    keys.every((key) => key.byteLength > 0 && key.byteLength <= KEY_BYTES_MAX)
  );
}
