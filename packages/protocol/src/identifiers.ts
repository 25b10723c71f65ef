import { RendezvousError } from './error.js';

/**
 * Identifiers are text. Rids and bids are ULIDs: 48 bits of time, 80 bits of randomness, so that
 * they sort by time. A journal id is 80 bits of randomness, and never reused. Time and randomness
 * are inputs: this package has neither.
 */

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const RANDOMNESS_BYTES = 10;
const TIME_MS_MAX = 2 ** 48 - 1;
const ULID_PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const JOURNAL_ID_PATTERN = /^[0-9A-HJKMNP-TV-Z]{16}$/;

/**
 * The ULID (26 characters, Crockford's base 32 in upper case) of a moment and 10 random bytes.
 * `timeMs` is a whole number from 0 to 2^48 − 1. Throws `bad_request` outside of that.
 */
export function encodeUlid(timeMs: number, randomness: Uint8Array): string {
  if (!Number.isInteger(timeMs) || timeMs < 0 || timeMs > TIME_MS_MAX) {
    throw new RendezvousError('bad_request', `no time of a ULID: ${timeMs}`);
  }
  let time = '';
  for (let rest = timeMs, digit = 0; digit < 10; digit++) {
    time = CROCKFORD.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  return time + encodeRandomness(randomness);
}

/** Whether `text` is a ULID as `encodeUlid` writes it; other spellings of the same bits are none. */
export function isUlid(text: string): boolean {
  return ULID_PATTERN.test(text);
}

/** The journal id (16 characters) of 10 random bytes. Throws `bad_request` for another length. */
export function encodeJournalId(randomness: Uint8Array): string {
  return encodeRandomness(randomness);
}

/** Whether `text` is a journal id as `encodeJournalId` writes it. */
export function isJournalId(text: string): boolean {
  return JOURNAL_ID_PATTERN.test(text);
}

/** Ten bytes are sixteen digits of five bits, most significant first. */
function encodeRandomness(randomness: Uint8Array): string {
  if (randomness.length !== RANDOMNESS_BYTES) {
    throw new RendezvousError('bad_request', `not ${RANDOMNESS_BYTES} random bytes`);
  }
  let text = '';
  for (let bit = 0; bit < 8 * RANDOMNESS_BYTES; bit += 5) {
    const at = bit >> 3;
    const two = ((randomness[at] ?? 0) << 8) | (randomness[at + 1] ?? 0);
    text += CROCKFORD.charAt((two >> (11 - (bit & 7))) & 31);
  }
  return text;
}
