const KIB = 1_024;

/** The bytes of a text in UTF-8, of bytes themselves, or 0. */
export function byteSize(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  return value instanceof Uint8Array ? value.byteLength : 0;
}

/**
 * The limit that applies to what is `bareBytes` large: the first of these, in KiB, that it does not
 * exceed already. A service that raised its limit keeps the old one for some of its resources, which a
 * sender cannot see; what is larger than the old one proves that the new one holds.
 */
export function limitOf(...limitsKib: readonly number[]): (bareBytes: number) => number {
  const limits = limitsKib.map((kib) => kib * KIB);
  return (bareBytes) => limits.find((limit) => bareBytes <= limit) ?? 0;
}
