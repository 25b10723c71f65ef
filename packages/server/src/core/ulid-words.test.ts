import { encodeUlid, isUlid } from '@rendezvous/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readUlid, writeUlid } from './ulid-words.js';

const ulids = fc
  .tuple(fc.nat(2 ** 48 - 1), fc.uint8Array({ minLength: 10, maxLength: 10 }))
  .map(([timeMs, randomness]) => encodeUlid(timeMs, randomness));

function wordsOf(text: string): Uint32Array | undefined {
  const words = new Uint32Array(6).fill(7);
  if (!writeUlid(text, words, 1)) return undefined;
  expect([words[0], words[5]]).toEqual([7, 7]);
  return words;
}

test('a ULID survives, and nothing beside its words is touched', () => {
  fc.assert(
    fc.property(ulids, (ulid) => {
      const words = wordsOf(ulid);
      expect(words && readUlid(words, 1)).toBe(ulid);
    }),
  );
});

test.each(['0'.repeat(26), `7${'Z'.repeat(25)}`])('%s survives', (ulid) => {
  const words = wordsOf(ulid);
  expect(words && readUlid(words, 1)).toBe(ulid);
});

test('words sort as the texts do', () => {
  fc.assert(
    fc.property(ulids, ulids, (a, b) => {
      const [left, right] = [wordsOf(a), wordsOf(b)].map((words) =>
        [...(words ?? [])].map((word) => String(word).padStart(10, '0')).join(),
      );
      expect((left ?? '') < (right ?? '')).toBe(a < b);
    }),
  );
});

test('what is no ULID has no words', () => {
  const characters = fc.constantFrom(...Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZaz-é'));
  const texts = fc.oneof(
    fc.string(),
    fc.array(characters, { minLength: 25, maxLength: 27 }).map((list) => list.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(wordsOf(text) !== undefined).toBe(isUlid(text));
    }),
    { numRuns: 1_000 },
  );
});
