import fc from 'fast-check';
import {
  type Bookmark,
  coverOpen,
  emptyBookmark,
  markIncomplete,
  mergeBookmarks,
} from '../src/bookmark.js';
import { encodeJournalId, encodeUlid } from '../src/identifiers.js';

/** Ids from small sets, so that bookmarks overlap, and from large ones, so that they grow. */
export const arbitraryRid: fc.Arbitrary<string> = fc
  .nat(7)
  .map((number) => encodeUlid(1_700_000_000_000 + number, new Uint8Array(10)));

export const arbitraryJournal: fc.Arbitrary<string> = fc
  .nat(59)
  .map((number) => encodeJournalId(new Uint8Array(10).fill(number)));

export const arbitrarySequence: fc.Arbitrary<number> = fc.oneof(fc.nat(1_000), fc.maxSafeNat());

const arbitraryStore = fc.nat(40).map((number) => `${'store-'.repeat(number % 5)}${number}`);

type Step = (bookmark: Bookmark) => Bookmark;

const arbitraryStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(arbitraryRid, arbitraryJournal, arbitrarySequence).map(
      (open): Step =>
        (bookmark) =>
          coverOpen(bookmark, ...open),
    ),
  },
  {
    weight: 1,
    arbitrary: arbitraryStore.map(
      (store): Step =>
        (bookmark) =>
          markIncomplete(bookmark, store),
    ),
  },
);

function bookmarkOf(steps: readonly Step[]): Bookmark {
  return steps.reduce((bookmark, step) => step(bookmark), emptyBookmark('default'));
}

/** Bookmarks of namespace `default` as requests make them: few opens, many opens, and the top. */
export const arbitraryBookmark: fc.Arbitrary<Bookmark> = fc.oneof(
  fc.array(arbitraryStep, { maxLength: 5 }).map(bookmarkOf),
  fc.array(arbitraryStep, { minLength: 10, maxLength: 60, size: 'max' }).map(bookmarkOf),
  fc
    .tuple(fc.array(arbitraryStep, { maxLength: 8 }), fc.array(arbitraryStep, { maxLength: 8 }))
    .map(([a, b]) => mergeBookmarks(bookmarkOf(a), bookmarkOf(b))),
);
