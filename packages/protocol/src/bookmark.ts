import { RendezvousError } from './error.js';
import { isJournalId, isUlid } from './identifiers.js';
import type { Coverage } from './messages.js';
import { isName } from './names.js';

/**
 * A bookmark is what travels with a request: which writes a later read must see.
 *
 * It covers a branch if the branch's rid is among `rids` and some journalled copy
 * of it has a sequence at or below the bookmark's position for that journal. Where a write could
 * not be journalled in time, the bookmark is *incomplete* for its store, and a wait that asks
 * about the store answers `unknown`.
 *
 * Bookmarks of one namespace are a join-semilattice: `mergeBookmarks` is idempotent, commutative
 * and associative, and never covers less than both its arguments did.
 *
 *     empty ──▶ rids, positions, incomplete stores ──▶ incomplete for every store (the top)
 *
 * Only growth beyond `BOOKMARK_LENGTH_MAX` leads to the top. Then a wait answers `unknown`: a
 * bookmark that is too long becomes doubt, never nothing.
 *
 * Values are immutable and canonical: equal bookmarks have equal fields and equal texts.
 */
export interface Bookmark {
  readonly namespace: string;
  /**
   * The requests that it covers: at most four, sorted. `['*']` if more were merged: it covers every
   * branch at or below the positions.
   */
  readonly rids: readonly string[];
  /** The newest covered sequence per journal id, in the order of the ids. */
  readonly positions: ReadonlyMap<string, number>;
  /**
   * Stores with a write that it should cover and does not, sorted. `['*']` is the top: incomplete for
   * every store; nothing else is kept.
   */
  readonly incomplete: readonly string[];
}

/** Stands in a list for everything that could be there. It sorts before rids and names of stores. */
export const EVERY = '*';

/** The longest text of a bookmark, in characters, which are bytes. */
export const BOOKMARK_LENGTH_MAX = 1024;

/** With one rid more, a bookmark covers every request. */
export const BOOKMARK_RIDS_MAX = 4;

const RIDS_LENGTH_MAX = BOOKMARK_RIDS_MAX * 26 + (BOOKMARK_RIDS_MAX - 1);

/** The bookmark that covers nothing. Throws `bad_request` if `namespace` is no name. */
export function emptyBookmark(namespace: string): Bookmark {
  if (!isName(namespace)) {
    throw new RendezvousError('bad_request', `"${namespace}" is no name of a namespace`);
  }
  return { namespace, rids: [], positions: new Map(), incomplete: [] };
}

/** The bookmark of which nothing is known: incomplete for every store. Throws as `emptyBookmark`. */
export function topBookmark(namespace: string): Bookmark {
  return { ...emptyBookmark(namespace), incomplete: [EVERY] };
}

/** Whether it covers nothing and is incomplete for no store: a wait for it need not be asked. */
export function isEmptyBookmark({ rids, positions, incomplete }: Bookmark): boolean {
  return rids.length + positions.size + incomplete.length === 0;
}

/**
 * The least bookmark that covers what both cover: every rid up to four (then every request), the
 * newest position per journal, every incomplete mark (rule 16). Throws `bookmark_namespace` if the
 * namespaces differ.
 */
export function mergeBookmarks(a: Bookmark, b: Bookmark): Bookmark {
  if (a.namespace !== b.namespace) {
    throw createNamespaceError(b.namespace, a.namespace);
  }
  if (a === b || isEmptyBookmark(b)) return a;
  if (isEmptyBookmark(a)) return b;
  return canonicalBookmark({
    namespace: a.namespace,
    rids: [...a.rids, ...b.rids],
    positions: [...a.positions, ...b.positions],
    incomplete: [...a.incomplete, ...b.incomplete],
  });
}

/**
 * The bookmark that also covers a branch which the request `rid` opened, and which `journal` holds
 * at `sequence`. Throws `bookmark_invalid` if one of them is malformed.
 */
export function coverOpen(
  bookmark: Bookmark,
  rid: string,
  journal: string,
  sequence: number,
): Bookmark {
  if (!isUlid(rid) || !isJournalId(journal) || !isSequence(sequence)) {
    throw new RendezvousError('bookmark_invalid', 'a rid, journal or sequence is malformed');
  }
  return mergeBookmarks(bookmark, {
    ...emptyBookmark(bookmark.namespace),
    rids: [rid],
    positions: new Map([[journal, sequence]]),
  });
}

/**
 * The bookmark that is also incomplete for `store`. Throws `bookmark_invalid` if `store` is no name.
 */
export function markIncomplete(bookmark: Bookmark, store: string): Bookmark {
  if (!isName(store)) throw new RendezvousError('bookmark_invalid', 'the store is no name');
  return mergeBookmarks(bookmark, { ...emptyBookmark(bookmark.namespace), incomplete: [store] });
}

/** Whether a wait about `store` (`undefined`: about any store) must answer `unknown`. */
export function isIncomplete({ incomplete }: Bookmark, store: string | undefined): boolean {
  return incomplete.some((marked) => store === undefined || marked === store || marked === EVERY);
}

/** What a node needs to know of it. Judge incomplete marks first: a node does not see them. */
export function toCoverage({ rids, positions }: Bookmark): Coverage {
  const everyRid = rids[0] === EVERY;
  return {
    rids: everyRid ? [] : rids,
    everyRid,
    positions: Array.from(positions, ([journal, sequence]) => ({ journal, sequence })),
  };
}

/** A bookmark that was met where those of `namespace` are. */
export function createNamespaceError(owner: string, namespace: string): RendezvousError {
  return new RendezvousError(
    'bookmark_namespace',
    `the bookmark is of namespace "${owner}", not "${namespace}": two applications need one namespace`,
  );
}

/** Whether `value` can be a position in a journal: a whole number from 0 to 2^53 − 1. */
export function isSequence(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** The fields of a bookmark before they are brought into order; lists may hold duplicates. */
interface BookmarkFields {
  readonly namespace: string;
  readonly rids: readonly string[];
  readonly positions: Iterable<readonly [journal: string, sequence: number]>;
  readonly incomplete: readonly string[];
}

/** The canonical bookmark of well-formed fields: sorted, without duplicates, within the limits. */
export function canonicalBookmark(fields: BookmarkFields): Bookmark {
  const rids = sortedUnique(fields.rids);
  const bookmark: Bookmark = {
    namespace: fields.namespace,
    rids: rids[0] === EVERY || rids.length > BOOKMARK_RIDS_MAX ? [EVERY] : rids,
    positions: newestPositions(fields.positions),
    incomplete: sortedUnique(fields.incomplete),
  };
  return bookmark.incomplete[0] === EVERY || lengthBound(bookmark) > BOOKMARK_LENGTH_MAX
    ? topBookmark(fields.namespace)
    : bookmark;
}

/**
 * An upper bound of the text's length that never shrinks when bookmarks are merged: it counts the
 * longest list of rids always. By the length itself, which shrinks where four rids become `*`, it
 * would depend on the order of the merges which of them collapses.
 */
function lengthBound({ namespace, positions, incomplete }: Bookmark): number {
  let length = '1~~~~'.length + namespace.length + RIDS_LENGTH_MAX;
  for (const [journal, sequence] of positions) {
    length += journal.length + '.!'.length + sequence.toString(36).length;
  }
  for (const store of incomplete) length += store.length + '!'.length;
  return length;
}

function newestPositions(positions: BookmarkFields['positions']): ReadonlyMap<string, number> {
  const newest = new Map<string, number>();
  for (const [journal, sequence] of positions) {
    newest.set(journal, Math.max(sequence, newest.get(journal) ?? 0));
  }
  return new Map([...newest].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sortedUnique(texts: readonly string[]): readonly string[] {
  return texts.length < 2 ? texts : [...new Set(texts)].sort();
}
