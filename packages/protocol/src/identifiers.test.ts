import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeJournalId, encodeUlid, isJournalId, isUlid } from './identifiers.js';

const arbitraryTime = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const arbitraryRandomness = fc.uint8Array({ minLength: 10, maxLength: 10 });

test('encodeUlid() writes the ULID of the specification', () => {
  const ones = new Uint8Array(10).fill(0xff);
  expect(encodeUlid(1_469_918_176_385, new Uint8Array(10))).toBe('01ARYZ6S410000000000000000');
  expect(encodeUlid(2 ** 48 - 1, ones)).toBe('7ZZZZZZZZZZZZZZZZZZZZZZZZZ');
  expect(encodeUlid(0, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 33))).toBe(
    '00000000000000000000000011',
  );
});

test('ids sort by time, then by randomness', () => {
  fc.assert(
    fc.property(
      fc.tuple(arbitraryTime, arbitraryRandomness),
      fc.tuple(arbitraryTime, arbitraryRandomness),
      ([timeA, randomA], [timeB, randomB]) => {
        const order = timeA - timeB || hex(randomA).localeCompare(hex(randomB), 'en');
        const a = encodeUlid(timeA, randomA);
        const b = encodeUlid(timeB, randomB);
        expect(Math.sign(order)).toBe(a === b ? 0 : a < b ? -1 : 1);
      },
    ),
  );
});

test('isUlid() and isJournalId() accept what is encoded', () => {
  fc.assert(
    fc.property(arbitraryTime, arbitraryRandomness, (timeMs, randomness) => {
      const journal = encodeJournalId(randomness);
      const ulid = encodeUlid(timeMs, randomness);
      expect(isUlid(ulid)).toBe(true);
      expect(isJournalId(journal)).toBe(true);
      expect(ulid.slice(10)).toBe(journal);
    }),
  );
});

test.each([
  '',
  '01ARYZ6S41000000000000000',
  '01ARYZ6S4100000000000000000',
  '81ARYZ6S410000000000000000',
  '01aryz6s410000000000000000',
  '01ARYZ6S41000000000000000U',
  '01ARYZ6S41000000000000000~',
  '01ARYZ6S410000000000000000\n',
])('%j is no ULID', (text) => {
  expect(isUlid(text)).toBe(false);
});

test.each(['', '0123456789ABCDE', '0123456789ABCDEFG', '0123456789ABCDEI', '0123456789abcdef'])(
  '%j is no journal id',
  (text) => {
    expect(isJournalId(text)).toBe(false);
  },
);

test.each([-1, 0.5, Number.NaN, 2 ** 48])('encodeUlid() refuses the time %s', (timeMs) => {
  expect(() => encodeUlid(timeMs, new Uint8Array(10))).toThrow(/^\[bad_request\]/);
});

test.each([0, 9, 11, 16])('encoders refuse %s random bytes', (byteCount) => {
  expect(() => encodeUlid(0, new Uint8Array(byteCount))).toThrow(/^\[bad_request\]/);
  expect(() => encodeJournalId(new Uint8Array(byteCount))).toThrow(/^\[bad_request\]/);
});

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
