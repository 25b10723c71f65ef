import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  arbitraryBookmark,
  arbitraryJournal,
  arbitraryRid,
  arbitrarySequence,
} from '../test/arbitrary-bookmarks.js';
import {
  type Bookmark,
  BOOKMARK_LENGTH_MAX,
  coverOpen,
  emptyBookmark,
  isEmptyBookmark,
  isIncomplete,
  markIncomplete,
  mergeBookmarks,
  toCoverage,
  topBookmark,
} from './bookmark.js';
import { encodeBookmark } from './bookmark-text.js';
import { encodeJournalId, encodeUlid } from './identifiers.js';

const empty = emptyBookmark('default');
const rid = (number: number): string => encodeUlid(number, new Uint8Array(10));
const journal = (number: number): string => encodeJournalId(new Uint8Array(10).fill(number));

/** A bookmark with one open of each of `count` requests. */
function afterRequests(count: number): Bookmark {
  let bookmark = empty;
  for (let number = 0; number < count; number++) {
    bookmark = coverOpen(bookmark, rid(number), journal(0), number + 1);
  }
  return bookmark;
}

/** A bookmark with a position in each of `count` journals. */
function afterJournals(count: number): Bookmark {
  let bookmark = empty;
  for (let number = 0; number < count; number++) {
    bookmark = coverOpen(bookmark, rid(0), journal(number), 1);
  }
  return bookmark;
}

test('an empty bookmark covers nothing and is incomplete for nothing', () => {
  expect(isEmptyBookmark(empty)).toBe(true);
  expect(toCoverage(empty)).toEqual({ rids: [], everyRid: false, positions: [] });
  expect(isIncomplete(empty, undefined)).toBe(false);
  expect(isEmptyBookmark(afterRequests(1))).toBe(false);
  expect(isEmptyBookmark(markIncomplete(empty, 'posts'))).toBe(false);
});

test('rule 16: merging keeps every rid up to four, then *', () => {
  expect(afterRequests(4).rids).toEqual([rid(0), rid(1), rid(2), rid(3)]);
  expect(afterRequests(5).rids).toEqual(['*']);
  expect(toCoverage(afterRequests(5))).toMatchObject({ rids: [], everyRid: true });
  expect(mergeBookmarks(afterRequests(5), afterRequests(1)).rids).toEqual(['*']);
});

test('rule 16: merging keeps the maximum per journal', () => {
  const a = coverOpen(coverOpen(empty, rid(1), journal(1), 5), rid(1), journal(2), 1);
  const b = coverOpen(coverOpen(empty, rid(1), journal(1), 3), rid(1), journal(3), 9);
  expect([...mergeBookmarks(a, b).positions]).toEqual([
    [journal(1), 5],
    [journal(2), 1],
    [journal(3), 9],
  ]);
});

test('rule 18: an open is covered from the moment that it is added, whatever is merged later', () => {
  fc.assert(
    fc.property(
      arbitraryBookmark,
      arbitraryBookmark,
      arbitraryRid,
      arbitraryJournal,
      arbitrarySequence,
      (before, later, openRid, openJournal, sequence) => {
        const opened = coverOpen(before, openRid, openJournal, sequence);
        for (const bookmark of [opened, mergeBookmarks(opened, later)]) {
          expect(coversOrDoubts(bookmark, openRid, openJournal, sequence)).toBe(true);
        }
      },
    ),
  );
});

function coversOrDoubts(
  { rids, positions, incomplete }: Bookmark,
  openRid: string,
  openJournal: string,
  sequence: number,
): boolean {
  const includesRid = rids.includes('*') || rids.includes(openRid);
  return (
    incomplete.includes('*') || (includesRid && (positions.get(openJournal) ?? -1) >= sequence)
  );
}

describe('an incomplete mark', () => {
  const marked = markIncomplete(markIncomplete(afterRequests(1), 'posts'), 'orders');

  test('counts for its store and for a wait about every store', () => {
    expect(marked.incomplete).toEqual(['orders', 'posts']);
    expect(isIncomplete(marked, 'posts')).toBe(true);
    expect(isIncomplete(marked, undefined)).toBe(true);
    expect(isIncomplete(marked, 'users')).toBe(false);
  });

  test('stays when bookmarks are merged', () => {
    expect(mergeBookmarks(afterRequests(2), marked).incomplete).toEqual(['orders', 'posts']);
  });

  test('takes nothing away from what the bookmark covers', () => {
    expect(toCoverage(marked)).toEqual(toCoverage(afterRequests(1)));
  });
});

describe('a bookmark that grows beyond its limit', () => {
  const top = topBookmark(empty.namespace);

  test('promise 5: collapses to one mark for every store, never to nothing', () => {
    expect(afterJournals(47).incomplete).toEqual([]);
    expect(afterJournals(48)).toEqual(top);
    expect(isEmptyBookmark(top)).toBe(false);
    expect(isIncomplete(top, 'posts')).toBe(true);
    expect(isIncomplete(top, undefined)).toBe(true);
  });

  test('collapses by marks as well', () => {
    let bookmark = empty;
    for (let store = 100; store < 300; store++) bookmark = markIncomplete(bookmark, `s${store}`);
    expect(bookmark).toEqual(top);
  });

  test('stays collapsed', () => {
    expect(mergeBookmarks(afterRequests(1), top)).toEqual(top);
    expect(coverOpen(top, rid(1), journal(1), 1)).toEqual(top);
    expect(markIncomplete(top, 'posts')).toEqual(top);
  });

  test('collapses in whatever order it is merged, though * is shorter than four rids', () => {
    const rids = afterRequests(4);
    const fifthRid = coverOpen(empty, rid(4), journal(0), 1);
    for (let journalCount = 40; journalCount < 56; journalCount++) {
      const positions = afterJournals(journalCount);
      expect(mergeBookmarks(mergeBookmarks(rids, positions), fifthRid)).toEqual(
        mergeBookmarks(mergeBookmarks(rids, fifthRid), positions),
      );
    }
  });
});

describe('refused are', () => {
  test('bookmarks of two namespaces', () => {
    expect(() => mergeBookmarks(empty, emptyBookmark('shop'))).toThrow(/^\[bookmark_namespace\]/);
  });

  test.each<[what: string, rid: string, journal: string, sequence: number]>([
    ['a malformed rid', 'x', journal(1), 1],
    ['a malformed journal', rid(1), 'x~y', 1],
    ['a negative sequence', rid(1), journal(1), -1],
    ['a sequence beyond 2^53 − 1', rid(1), journal(1), 2 ** 53],
    ['a sequence that is no number', rid(1), journal(1), Number.NaN],
  ])('an open with %s', (_what, ...open) => {
    expect(() => coverOpen(empty, ...open)).toThrow(/^\[bookmark_invalid\]/);
  });

  test('names that are none', () => {
    expect(() => markIncomplete(empty, 'a~b')).toThrow(/^\[bookmark_invalid\]/);
    expect(() => emptyBookmark('*')).toThrow(/^\[bad_request\]/);
  });
});

describe('rule 16: merging is a join', () => {
  test('idempotent: merging a bookmark with itself, or again, changes nothing', () => {
    fc.assert(
      fc.property(arbitraryBookmark, arbitraryBookmark, (a, b) => {
        const merged = mergeBookmarks(a, b);
        expect(mergeBookmarks(a, { ...a })).toEqual(a);
        expect(mergeBookmarks(merged, b)).toEqual(merged);
      }),
    );
  });

  test('commutative: the order of two does not matter', () => {
    fc.assert(
      fc.property(arbitraryBookmark, arbitraryBookmark, (a, b) => {
        expect(mergeBookmarks(a, b)).toEqual(mergeBookmarks(b, a));
        expect(encodeBookmark(mergeBookmarks(a, b))).toBe(encodeBookmark(mergeBookmarks(b, a)));
      }),
    );
  });

  test('associative: the order of three does not matter', () => {
    fc.assert(
      fc.property(arbitraryBookmark, arbitraryBookmark, arbitraryBookmark, (a, b, c) => {
        expect(mergeBookmarks(mergeBookmarks(a, b), c)).toEqual(
          mergeBookmarks(a, mergeBookmarks(b, c)),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('bounded: no merge exceeds the limits', () => {
    fc.assert(
      fc.property(fc.array(arbitraryBookmark, { maxLength: 8 }), (bookmarks) => {
        const merged = bookmarks.reduce(mergeBookmarks, empty);
        expect(encodeBookmark(merged).length).toBeLessThanOrEqual(BOOKMARK_LENGTH_MAX);
        expect(merged.rids.length).toBeLessThanOrEqual(4);
        expect(isEmptyBookmark(merged)).toBe(bookmarks.every(isEmptyBookmark));
      }),
    );
  });
});
