/** Crockford's: of ULIDs, and of numbers to the base of 32 or less. */
export const DIGITS: Uint8Array = new TextEncoder().encode('0123456789ABCDEFGHJKMNPQRSTVWXYZ');

/** Writes `value` as `count` digits, with zeros before it. */
export function writeDigits(
  bytes: Uint8Array,
  at: number,
  count: number,
  base: number,
  value: number,
): void {
  let rest = value;
  for (let index = at + count - 1; index >= at; index--) {
    const next = Math.floor(rest / base);
    bytes[index] = DIGITS[rest - next * base] ?? 0;
    rest = next;
  }
}
