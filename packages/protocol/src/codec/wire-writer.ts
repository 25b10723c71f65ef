import { RendezvousError } from '../error.js';

/**
 * Writes the protobuf wire format into one growing buffer. Values are written without a tag; a
 * field writes its tag first.
 *
 * A nested message gets one byte for its length, and is moved only if it needs more (from 128 bytes
 * on): nothing is measured before it is written.
 */

const UINT32_MAX = 2 ** 32 - 1;
const VARINT_BYTES_MAX = 8;

/** Up to here a loop in JavaScript is faster than the platform's encoder. The length fits one byte. */
const SHORT_TEXT_LENGTH_MAX = 127;

const utf8 = new TextEncoder();

export class WireWriter {
  #bytes: Uint8Array;
  #position = 0;

  /** `capacity` is a guess, in bytes, at least 1; the buffer grows where it was wrong. */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** What was written so far: a view of the buffer. The writer must not be used afterwards. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#position);
  }

  /** A whole number from 0 to 2^32 − 1. Throws `bad_request` for any other. */
  uint32(value: number): void {
    this.uint64(value, UINT32_MAX);
  }

  /** A whole number from 0 to `max`, at most 2^53 − 1. Throws `bad_request` for any other. */
  uint64(value: number, max: number = Number.MAX_SAFE_INTEGER): void {
    if (!Number.isSafeInteger(value) || value < 0 || value > max) {
      throw new RendezvousError('bad_request', `${value} is no whole number from 0 to ${max}`);
    }
    this.#reserve(VARINT_BYTES_MAX);
    this.#position = writeVarint(this.#bytes, this.#position, value);
  }

  text(value: string): void {
    if (value.length <= SHORT_TEXT_LENGTH_MAX && this.#shortAsciiText(value)) return;
    this.byteArray(utf8.encode(value));
  }

  byteArray(value: Uint8Array): void {
    this.uint64(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#position);
    this.#position += value.length;
  }

  /** Starts a length-delimited part; give what it returns to `endNested`. */
  beginNested(): number {
    this.#reserve(1);
    this.#position += 1;
    return this.#position;
  }

  endNested(start: number): void {
    const length = this.#position - start;
    const extraBytes = varintLength(length) - 1;
    if (extraBytes > 0) {
      this.#reserve(extraBytes);
      this.#bytes.copyWithin(start + extraBytes, start, this.#position);
      this.#position += extraBytes;
    }
    writeVarint(this.#bytes, start - 1, length);
  }

  /** Writes a text if it is all ASCII; else leaves everything as it was and says false. */
  #shortAsciiText(value: string): boolean {
    const length = value.length;
    this.#reserve(length + 1);
    const bytes = this.#bytes;
    const start = this.#position + 1;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      bytes[start + index] = code;
    }
    bytes[start - 1] = length;
    this.#position = start + length;
    return true;
  }

  #reserve(byteCount: number): void {
    const needed = this.#position + byteCount;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#position));
    this.#bytes = grown;
  }
}

/** Writes `value` at `position`, seven bits a byte, low bits first; returns the position after it. */
function writeVarint(bytes: Uint8Array, position: number, value: number): number {
  let rest = value;
  let at = position;
  while (rest > 0x7f) {
    bytes[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[at++] = rest;
  return at;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) length += 1;
  return length;
}
