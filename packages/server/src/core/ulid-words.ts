/**
 * ULIDs as numbers. A text of 26 characters takes 48 bytes in memory and is hashed character by
 * character; its 128 bits are four words.
 */

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ULID_LENGTH = 26;
const NO_DIGIT = 255;

const VALUES = new Uint8Array(128).fill(NO_DIGIT);
for (let value = 0; value < DIGITS.length; value++) VALUES[DIGITS.charCodeAt(value)] = value;
const CODES = Uint8Array.from(DIGITS, (digit) => digit.charCodeAt(0));

/** Writes the four words of a ULID at `at`. False, with anything written, when `text` is none. */
export function writeUlid(text: string, words: Uint32Array, at: number): boolean {
  if (text.length !== ULID_LENGTH) return false;
  let word = valueAt(text, 0);
  // The first digit has three bits.
  if (word > 7) return false;
  let bitCount = 3;
  let next = at;
  for (let index = 1; index < ULID_LENGTH; index++) {
    const value = valueAt(text, index);
    if (value === NO_DIGIT) return false;
    bitCount += 5;
    if (bitCount < 32) {
      word = (word << 5) | value;
      continue;
    }
    bitCount -= 32;
    words[next++] = (word << (5 - bitCount)) | (value >>> bitCount);
    word = value & ((1 << bitCount) - 1);
  }
  return true;
}

/** The ULID whose words stand at `at`. */
export function readUlid(words: Uint32Array, at: number): string {
  const codes = new Array<number>(ULID_LENGTH);
  let index = ULID_LENGTH;
  let bits = 0;
  let bitCount = 0;
  for (let offset = 3; offset >= 0; offset--) {
    const word = words[at + offset] ?? 0;
    // What is left of the word behind, below what this one adds to fill a digit.
    if (bitCount > 0) {
      codes[--index] = CODES[(bits | (word << bitCount)) & 31] ?? 0;
      bits = word >>> (5 - bitCount);
      bitCount += 27;
    } else {
      bits = word;
      bitCount = 32;
    }
    for (; bitCount >= 5; bitCount -= 5) {
      codes[--index] = CODES[bits & 31] ?? 0;
      bits >>>= 5;
    }
  }
  codes[0] = CODES[bits] ?? 0;
  return String.fromCharCode.apply(undefined, codes);
}

function valueAt(text: string, index: number): number {
  return VALUES[text.charCodeAt(index)] ?? NO_DIGIT;
}
