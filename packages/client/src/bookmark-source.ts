/** From what users and carriers hand in to a bookmark, and what cannot be used counted. */

import {
  emptyBookmark,
  encodeBookmark,
  isEmptyBookmark,
  mergeBookmarks,
  parseBookmark,
} from '@rendezvous/protocol';
import type { Bookmark } from '@rendezvous/protocol';
import { extractBookmark, injectBookmark } from './carrier.js';
import type { ClientParts } from './client-parts.js';
import { CARRIER_DEFAULT } from './counters.js';
import type { DropReason } from './counters.js';
import type { BookmarkSource, ExtractOptions, Rendezvous } from './rendezvous.js';

export interface BookmarkSources extends Pick<Rendezvous, 'current' | 'inject' | 'extract'> {
  /** Throws for text that is no bookmark, unless it is that of a `baggage` header. */
  readonly toBookmark: (source: BookmarkSource) => Bookmark | undefined;
}

export function createBookmarkSources(parts: ClientParts): BookmarkSources {
  const { settings, scope, counters, log } = parts;
  const { namespace } = settings;

  const drop = (reason: DropReason, options: ExtractOptions): void => {
    const { carrierName: carrier = CARRIER_DEFAULT } = options;
    counters.addDropped(carrier, reason);
    log({ level: 'warn', event: 'bookmark_dropped', carrier, reason });
  };
  const extract = (carrier: unknown, options: ExtractOptions = {}): Bookmark | undefined => {
    const { bookmark, droppedCount } = extractBookmark(carrier, namespace);
    for (let count = 0; count < droppedCount; count++) drop('extract_invalid', options);
    return bookmark;
  };
  const toBookmark = (source: BookmarkSource): Bookmark | undefined => {
    if (source === undefined) return undefined;
    if (isList(source)) {
      const found = source.flatMap((each) => toBookmark(each) ?? []);
      return found.length > 0 ? found.reduce(mergeBookmarks) : undefined;
    }
    if (typeof source !== 'string') return mergeBookmarks(emptyBookmark(namespace), source);
    // No bookmark's text has an equals sign; every baggage member has one.
    return source.includes('=') ? extract(source) : parseBookmark(source, namespace);
  };
  const surrounding = (): Bookmark | undefined => scope.current.context?.bookmark;

  return {
    toBookmark,
    current() {
      const bookmark = surrounding();
      return bookmark && !isEmptyBookmark(bookmark) ? encodeBookmark(bookmark) : undefined;
    },
    inject(carrier, { bookmark: source, ...options } = {}) {
      try {
        const bookmark = toBookmark(source) ?? surrounding();
        if (!bookmark || isEmptyBookmark(bookmark)) return false;
        const injection = injectBookmark(carrier, bookmark);
        if (injection === 'carried') return true;
        drop(`inject_${injection}`, options);
      } catch {
        drop('inject_invalid', options);
      }
      return false;
    },
    extract(carrier, options) {
      const bookmark = extract(carrier, options);
      return bookmark && encodeBookmark(bookmark);
    },
  };
}

/** `Array.isArray` does not tell a read-only list. */
function isList(source: BookmarkSource): source is readonly (string | undefined)[] {
  return Array.isArray(source);
}
