/**
 * A branch's position and keys as bytes: the position's characters, which are ASCII, then each key
 * behind two bytes with its length.
 */

export type Keys = readonly Uint8Array[];

const LENGTH_BYTES = 2;

/** What it takes, in bytes. */
export function textBytesOf(position: string, keys: Keys): number {
  return keys.reduce((sum, key) => sum + LENGTH_BYTES + key.length, position.length);
}

export function writeText(bytes: Uint8Array, start: number, position: string, keys: Keys): void {
  let at = start;
  for (let index = 0; index < position.length; index++) bytes[at++] = position.charCodeAt(index);
  for (const key of keys) {
    bytes[at++] = key.length & 0xff;
    bytes[at++] = key.length >>> 8;
    // Most keys are shorter than what a call of `set` costs.
    for (const byte of key) bytes[at++] = byte;
  }
}

/** Copies of the keys that stand from `start` on. */
export function keysAt(bytes: Uint8Array, start: number, count: number): Uint8Array[] {
  const keys: Uint8Array[] = [];
  for (let at = start; keys.length < count;) {
    const end = keyEnd(bytes, at);
    keys.push(bytes.slice(at + LENGTH_BYTES, end));
    at = end;
  }
  return keys;
}

/** Whether `key` is one of the keys that stand from `start` on. */
export function hasKeyAt(
  bytes: Uint8Array,
  start: number,
  count: number,
  key: Uint8Array,
): boolean {
  let at = start;
  for (let index = 0; index < count; index++) {
    const end = keyEnd(bytes, at);
    if (isSame(bytes, at + LENGTH_BYTES, end, key)) return true;
    at = end;
  }
  return false;
}

function keyEnd(bytes: Uint8Array, at: number): number {
  return at + LENGTH_BYTES + (bytes[at] ?? 0) + ((bytes[at + 1] ?? 0) << 8);
}

function isSame(bytes: Uint8Array, start: number, end: number, key: Uint8Array): boolean {
  if (end - start !== key.length) return false;
  for (let index = 0; index < key.length; index++) {
    if (bytes[start + index] !== key[index]) return false;
  }
  return true;
}

export function textAt(bytes: Uint8Array, start: number, length: number): string {
  const codes = bytes.subarray(start, start + length);
  return String.fromCharCode.apply(undefined, codes as ArrayLike<number> as number[]);
}

/** Whether `writeText` keeps a position as it is. */
export function isAscii(text: string): boolean {
  return !/[^\x20-\x7e]/.test(text);
}
