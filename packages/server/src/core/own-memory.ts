/**
 * Buffers whose memory goes back to the system when it is not needed, and not when the garbage collector
 * or the allocator thinks fit: neither has a reason to look at the old memory of a node that became idle.
 * They are resizable for that alone: their pages are the buffer's own, and `resize(0)` lets go of them.
 */

/** Zeros. It may grow to `byteLengthMax` in place; until then that is only addresses. */
export function createBuffer(byteLength: number, byteLengthMax: number = byteLength): ArrayBuffer {
  return new ArrayBuffer(byteLength, { maxByteLength: byteLengthMax });
}

/** Makes room for `byteLength`, at least doubling. */
export function growBuffer(buffer: ArrayBuffer, byteLength: number): void {
  if (byteLength <= buffer.byteLength) return;
  buffer.resize(Math.min(buffer.maxByteLength, Math.max(byteLength, 2 * buffer.byteLength)));
}

/** What lies beyond `byteLength` is gone. */
export function shrinkBuffer(buffer: ArrayBuffer, byteLength: number = 0): void {
  if (buffer.byteLength > byteLength) buffer.resize(byteLength);
}
