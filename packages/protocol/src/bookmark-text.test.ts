import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryBookmark } from '../test/arbitrary-bookmarks.js';
import { BOOKMARK_LENGTH_MAX, coverOpen, emptyBookmark, markIncomplete } from './bookmark.js';
import { encodeBookmark, parseBookmark } from './bookmark-text.js';
import { RendezvousError } from './error.js';

const RID = '01HF7YAT00E3B8R9VZ4N5KQ2MT';
const OTHER_RID = '01HF7YBGQ85M0ZJ3X6WRS9T2AC';
const JOURNAL = 'Q2N8V0ZK4MX7T1RB';
const OTHER_JOURNAL = '9D5HS3WYC6GJ0EAP';

/** The error of parsing `text` in namespace `default`. */
function refusal(text: string): RendezvousError {
  try {
    parseBookmark(text, 'default');
  } catch (error) {
    if (error instanceof RendezvousError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

test('the example of docs/reference/bookmark.md is what the code makes of it', () => {
  const url = new URL('../../../docs/reference/bookmark.md', import.meta.url);
  const [, example] = /```text example\n(.*)\n```/.exec(readFileSync(url, 'utf8')) ?? [];
  let bookmark = coverOpen(emptyBookmark('default'), RID, JOURNAL, 1_234_567);
  bookmark = coverOpen(bookmark, OTHER_RID, OTHER_JOURNAL, 42);
  bookmark = markIncomplete(bookmark, 'orders');
  expect(encodeBookmark(bookmark)).toBe(example);
  expect(parseBookmark(example ?? '', 'default')).toEqual(bookmark);
});

test('promise 5: a bookmark in normal use has at most 256 bytes', () => {
  let bookmark = coverOpen(emptyBookmark('a'.repeat(32)), RID, JOURNAL, Number.MAX_SAFE_INTEGER);
  for (const digit of '1234') {
    bookmark = coverOpen(bookmark, RID, JOURNAL.slice(0, 15) + digit, Number.MAX_SAFE_INTEGER);
  }
  expect(encodeBookmark(bookmark).length).toBeLessThanOrEqual(256);
});

test('unsorted lists with duplicates are brought into order', () => {
  const text =
    `1~default~${OTHER_RID}!${RID}!${RID}` +
    `~${JOURNAL}.1!${OTHER_JOURNAL}.00a!${JOURNAL}.z!${JOURNAL}.2~posts!orders!posts`;
  expect(encodeBookmark(parseBookmark(text, 'default'))).toBe(
    `1~default~${RID}!${OTHER_RID}~${OTHER_JOURNAL}.a!${JOURNAL}.z~orders!posts`,
  );
});

test('a mark for every store absorbs all else', () => {
  expect(encodeBookmark(parseBookmark(`1~default~${RID}~${JOURNAL}.1~*`, 'default'))).toBe(
    '1~default~~~*',
  );
});

test('a bookmark made by hand is encoded in order and within the limit', () => {
  const made = { ...emptyBookmark('default'), rids: [OTHER_RID, RID, RID] };
  expect(encodeBookmark(made)).toBe(`1~default~${RID}!${OTHER_RID}~~`);
  const stores = Array.from({ length: 200 }, (_, number) => `store-${number}`);
  expect(encodeBookmark({ ...made, incomplete: stores })).toBe('1~default~~~*');
});

describe('refused as bookmark_invalid is a text', () => {
  test.each<[why: string, text: string]>([
    ['that is empty', ''],
    ['that is something else', 'hello'],
    ['that starts with version 0', '0~default~~~'],
    ['that starts with a padded version', '01~default~~~'],
    ['with too few fields', '1~default~~'],
    ['with too many fields', '1~default~~~~'],
    ['with a malformed namespace', '1~Default~~~'],
    ['with a malformed rid', `1~default~${RID.toLowerCase()}~~`],
    ['with an empty rid in a list', `1~default~${RID}!~~`],
    ['with * among rids', `1~default~${RID}!*~~`],
    ['with five rids', `1~default~${Array(5).fill(RID).join('!')}~~`],
    ['with a malformed journal', '1~default~~ABC.1~'],
    ['with a position without a sequence', `1~default~~${JOURNAL}~`],
    ['with an empty sequence', `1~default~~${JOURNAL}.~`],
    ['with a sequence in upper case', `1~default~~${JOURNAL}.Z~`],
    ['with a negative sequence', `1~default~~${JOURNAL}.-1~`],
    ['with a sequence in two parts', `1~default~~${JOURNAL}.1.1~`],
    ['with a sequence of 2^53', `1~default~~${JOURNAL}.2gosa7pa2gw~`],
    ['with a sequence of 12 digits', `1~default~~${JOURNAL}.000000000001~`],
    ['with a malformed store', '1~default~~~Posts'],
    ['with an empty store', '1~default~~~posts!'],
    ['with a space', '1~default~~~ '],
    ['with a line break', '1~default~~~posts\n'],
  ])('%s', (_why, text) => {
    expect(refusal(text)).toMatchObject({ code: 'bookmark_invalid', retryable: false });
  });

  test('that is longer than the limit, without looking at it', () => {
    const long = '1~default~~~'.padEnd(BOOKMARK_LENGTH_MAX + 1, 'a');
    expect(refusal(long).message).toMatch(/exceeds 1024 characters/);
  });
});

test('the largest sequence is 2^53 − 1', () => {
  const { positions } = parseBookmark(`1~default~*~${JOURNAL}.2gosa7pa2gv~`, 'default');
  expect(positions.get(JOURNAL)).toBe(Number.MAX_SAFE_INTEGER);
});

test('a text of a later version is refused as bookmark_version, whatever follows', () => {
  expect(refusal('2').code).toBe('bookmark_version');
  expect(refusal('17~default~new~fields~of~a~later~version').message).toMatch(/update Rendezvous/);
});

test('a bookmark of another namespace is refused as bookmark_namespace', () => {
  expect(refusal(`1~shop~${RID}~~`)).toMatchObject({ code: 'bookmark_namespace' });
});

test('an error repeats no more of the text than a name and a version', () => {
  const secret = 'SECRET'.repeat(50);
  for (const text of [secret, `1~default~${secret}~~`, `1~default~~${secret}~`, `1~${secret}~~~`]) {
    expect(refusal(text).message).not.toContain('SECRET');
  }
});

describe('properties', () => {
  test('parseBookmark() is the inverse of encodeBookmark()', () => {
    fc.assert(
      fc.property(arbitraryBookmark, (bookmark) => {
        expect(parseBookmark(encodeBookmark(bookmark), 'default')).toEqual(bookmark);
      }),
    );
  });

  test('a bookmark needs no escaping in headers, cookies, baggage and URLs', () => {
    fc.assert(
      fc.property(arbitraryBookmark, (bookmark) => {
        const text = encodeBookmark(bookmark);
        expect(text).toMatch(/^[0-9A-Za-z~!*.-]+$/);
        expect(encodeURIComponent(text)).toBe(text);
      }),
    );
  });

  test('any other text is parsed or refused with a typed error, and stays so once encoded', () => {
    const piece = fc.constantFrom('1', '~', '!', '*', '.', 'default', RID, JOURNAL, 'posts', 'z');
    const assembled = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));
    const likely = assembled.map((rest) => `1~default~${rest}`);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), assembled, likely), (text) => {
        try {
          const bookmark = parseBookmark(text, 'default');
          expect(parseBookmark(encodeBookmark(bookmark), 'default')).toEqual(bookmark);
        } catch (error) {
          expect(error).toBeInstanceOf(RendezvousError);
          expect((error as RendezvousError).code).toMatch(/^bookmark_/);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
