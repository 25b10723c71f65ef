import { RendezvousError } from '../error.js';

/**
 * Reads the protobuf wire format from bytes that nobody vouches for. Everything that is not as the
 * format wants it throws `bad_frame`; nothing is read beyond the bytes, or beyond the nested message
 * that was entered.
 */

/** Wire types of protobuf. The two that delimit groups are long deprecated and refused. */
export const WIRE_TYPE = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const;
export type WireType = (typeof WIRE_TYPE)[keyof typeof WIRE_TYPE];

const UINT32_MAX = 2 ** 32 - 1;
const VARINT_BYTES_MAX = 10;

/** Up to here a loop in JavaScript is faster than the platform's decoder. */
const SHORT_TEXT_LENGTH_MAX = 16;

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
    const tag = this.uint64();
    if (tag < 8 || tag > UINT32_MAX) throw badFrame('a field has an impossible number');
    return tag;
  }

  /** A whole number up to 2^32 − 1; more is refused, not cut off. */
  uint32(): number {
    const value = this.uint64();
    if (value > UINT32_MAX) throw badFrame('a number exceeds 2^32 − 1');
    return value;
  }

  /** A whole number up to 2^53 − 1, where JavaScript ceases to be exact. */
  uint64(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    let scale = 0x80;
    for (let count = 2; count <= VARINT_BYTES_MAX; count++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        // Sums beyond 2^53 are rounded, and stay beyond it.
        if (value > Number.MAX_SAFE_INTEGER) throw badFrame('a number exceeds 2^53 − 1');
        return value;
      }
      scale *= 0x80;
    }
    throw badFrame(`a number has more than ${VARINT_BYTES_MAX} bytes`);
  }

  text(): string {
    const length = this.#length();
    const start = this.#position;
    this.#position += length;
    if (length <= SHORT_TEXT_LENGTH_MAX) {
      const text = shortAsciiText(this.#bytes, start, this.#position);
      if (text !== undefined) return text;
    }
    try {
      return utf8.decode(this.#bytes.subarray(start, this.#position));
    } catch (error) {
      throw badFrame('a text is not valid UTF-8', error);
    }
  }

  /**
   * A copy. A view would keep the whole frame in memory for as long as somebody keeps one key of
   * it, and a node keeps keys for as long as their branch is open.
   */
  byteArray(): Uint8Array {
    const length = this.#length();
    const start = this.#position;
    this.#position += length;
    return this.#bytes.slice(start, this.#position);
  }

  /** Confines reading to the nested message that starts here; give what it returns to `leave`. */
  enter(): number {
    const length = this.#length();
    const outerEnd = this.#end;
    this.#end = this.#position + length;
    return outerEnd;
  }

  leave(outerEnd: number): void {
    this.#end = outerEnd;
  }

  /** Skips the value of a field that this version does not know. */
  skip(wireType: number): void {
    switch (wireType) {
      case WIRE_TYPE.varint:
        return this.#skipVarint();
      case WIRE_TYPE.fixed64:
        return this.#advance(8);
      case WIRE_TYPE.delimited:
        return this.#advance(this.#length());
      case WIRE_TYPE.fixed32:
        return this.#advance(4);
      default:
        throw badFrame(`a field has wire type ${wireType}`);
    }
  }

  #skipVarint(): void {
    for (let count = 1; count <= VARINT_BYTES_MAX; count++) {
      if (this.#byte() < 0x80) return;
    }
    throw badFrame(`a number has more than ${VARINT_BYTES_MAX} bytes`);
  }

  #byte(): number {
    const byte = this.#position < this.#end ? this.#bytes[this.#position++] : undefined;
    if (byte === undefined) throw badFrame('it ends within a number');
    return byte;
  }

  #length(): number {
    const length = this.uint64();
    if (length > this.#end - this.#position) throw badFrame('a length exceeds what is there');
    return length;
  }

  #advance(byteCount: number): void {
    if (byteCount > this.#end - this.#position) throw badFrame('it ends within a field');
    this.#position += byteCount;
  }
}

/** The `bad_frame` of a frame that cannot be read, for the given reason. */
export function badFrame(reason: string, cause?: unknown): RendezvousError {
  return new RendezvousError(
    'bad_frame',
    `the frame cannot be read: ${reason}`,
    cause === undefined ? {} : { cause },
  );
}

/** The bytes as a text if they are ASCII. Made in one piece: a sum of characters would stay a tree. */
function shortAsciiText(bytes: Uint8Array, start: number, end: number): string | undefined {
  const codes: number[] = [];
  for (let index = start; index < end; index++) {
    const code = bytes[index] ?? 0x80;
    if (code > 0x7f) return undefined;
    codes.push(code);
  }
  return String.fromCharCode(...codes);
}
