import { RendezvousError } from '../error.js';

/**
 * Reads the protobuf wire format from bytes that nobody vouches for. Everything that is not as the
 * format wants it throws `bad_frame`; nothing is read beyond the bytes, or beyond the nested message
 * that was entered.
 */

/** Wire types of protobuf. The two that delimit groups are long deprecated and refused. */
export const VARINT = 0;
const FIXED64 = 1;
export const DELIMITED = 2;
const FIXED32 = 5;

const UINT32_MAX = 2 ** 32 - 1;
const VARINT_BYTES_MAX = 10;

/** Up to here a loop in JavaScript is faster than the platform's decoder. */
const SHORT_TEXT_LENGTH_MAX = 40;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class WireReader {
  readonly #bytes: Uint8Array;
  #position = 0;
  #end: number;

  constructor(bytes: Uint8Array) {
    // A subclass such as Node's Buffer has methods of the same name that do something else.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.byteLength;
  }

  /** Whether everything of the message that was entered last has been read. */
  get atEnd(): boolean {
    return this.#position === this.#end;
  }

  /** A field's number and wire type in one: `number << 3 | wireType`, unsigned. */
  tag(): number {
    const tag = this.#varint();
    if (tag < 8 || tag > UINT32_MAX) throw badFrame('a field has an impossible number');
    return tag;
  }

  /** A whole number up to 2^32 − 1; more is refused, not cut off. */
  uint32(): number {
    const value = this.#varint();
    if (value > UINT32_MAX) throw badFrame('a number exceeds 2^32 − 1');
    return value;
  }

  /** A whole number up to 2^53 − 1, where JavaScript ceases to be exact. */
  uint64(): number {
    const value = this.#varint();
    // Sums beyond 2^53 are rounded, and stay beyond it.
    if (value > Number.MAX_SAFE_INTEGER) throw badFrame('a number exceeds 2^53 − 1');
    return value;
  }

  text(): string {
    const start = this.#pass(this.#varint());
    const end = this.#position;
    if (end - start <= SHORT_TEXT_LENGTH_MAX) {
      const text = shortAsciiText(this.#bytes, start, end);
      if (text !== undefined) return text;
    }
    try {
      return utf8.decode(this.#bytes.subarray(start, end));
    } catch {
      throw badFrame('a text is not valid UTF-8');
    }
  }

  /**
   * A copy. A view would keep the whole frame in memory for as long as somebody keeps one key of
   * it, and a node keeps keys for as long as their branch is open.
   */
  byteArray(): Uint8Array {
    const start = this.#pass(this.#varint());
    return this.#bytes.slice(start, this.#position);
  }

  /** Confines reading to the nested message that starts here; give what it returns to `leave`. */
  enter(): number {
    const outerEnd = this.#end;
    const start = this.#pass(this.#varint());
    this.#end = this.#position;
    this.#position = start;
    return outerEnd;
  }

  leave(outerEnd: number): void {
    this.#end = outerEnd;
  }

  /** Skips the value of a field that this version does not know. */
  skip(wireType: number): void {
    if (wireType === VARINT) this.#varint();
    else if (wireType === FIXED64) this.#pass(8);
    else if (wireType === DELIMITED) this.#pass(this.#varint());
    else if (wireType === FIXED32) this.#pass(4);
    else throw badFrame(`a field has wire type ${wireType}`);
  }

  /** Rounded beyond 2^53. */
  #varint(): number {
    const first = this.#bytes[this.#pass(1)] ?? 0;
    if (first < 0x80) return first;
    let value = first & 0x7f;
    let scale = 0x80;
    for (let count = 1; count < VARINT_BYTES_MAX; count++) {
      const byte = this.#bytes[this.#pass(1)] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    throw badFrame(`a number has more than ${VARINT_BYTES_MAX} bytes`);
  }

  /** Moves on by `byteCount`; returns where that began. */
  #pass(byteCount: number): number {
    const start = this.#position;
    if (byteCount > this.#end - start) throw badFrame('it ends within a field');
    this.#position = start + byteCount;
    return start;
  }
}

/** The `bad_frame` of a frame that cannot be read, for the given reason. */
export function badFrame(reason: string): RendezvousError {
  return new RendezvousError('bad_frame', `the frame cannot be read: ${reason}`);
}

/** The bytes as a text if they are ASCII. Made in one piece: a sum of characters would stay a tree. */
function shortAsciiText(bytes: Uint8Array, start: number, end: number): string | undefined {
  const codes = Array<number>(end - start);
  for (let index = start; index < end; index++) {
    const code = bytes[index] ?? 0x80;
    if (code > 0x7f) return undefined;
    codes[index - start] = code;
  }
  return String.fromCharCode(...codes);
}
