/**
 * Puts a bookmark into what carries a message, and takes it out. Neither throws: a send never fails
 * because of a bookmark. What cannot be carried is reported as dropped, never silently lost.
 */

import { encodeBookmark, mergeBookmarks, parseBookmark, topBookmark } from '@rendezvous/protocol';
import type { Bookmark } from '@rendezvous/protocol';
import { readBaggage, writeBaggage } from './baggage.js';

const HEADER = 'baggage';

/** `Headers`, a `Map` of header names, or something of one's own whose `set` throws where there is no room. */
export interface CarrierMap {
  get(name: string): unknown;
  set(name: string, value: string): unknown;
}

/** Where a bookmark travels: headers as an object, a `Headers` or a `Map`. */
export type Carrier = CarrierMap | Readonly<Record<string, unknown>>;

/** What became of a bookmark that was to go in. */
export type Injection = 'carried' | 'incomplete_only' | 'dropped';

/**
 * Writes the bookmark as the baggage member `rendezvous`, beside the other members. Where it does
 * not fit, it writes the mark that everything is unknown, which is short; where not even that
 * fits, or the carrier cannot be written, the carrier stays as it was.
 */
export function injectBookmark(carrier: unknown, bookmark: Bookmark): Injection {
  try {
    const entry = openCarrier(carrier);
    const header = entry.read();
    if (tryWrite(entry, header, bookmark)) return 'carried';
    const top = topBookmark(bookmark.namespace);
    return tryWrite(entry, header, top) ? 'incomplete_only' : 'dropped';
  } catch {
    // Something that is no carrier.
    return 'dropped';
  }
}

function tryWrite(entry: CarrierEntry, header: string, bookmark: Bookmark): boolean {
  const written = writeBaggage(header, encodeBookmark(bookmark));
  if (written === undefined) return false;
  try {
    entry.write(written);
    return true;
  } catch {
    // A frozen object, a header that may not be set, a message that has no room for it.
    return false;
  }
}

export interface Extraction {
  /** Undefined: there was none, or none that could be used. */
  readonly bookmark: Bookmark | undefined;
  /** Bookmarks that were there and could not be used. */
  readonly droppedCount: number;
}

/** Reads the bookmark of a carrier, or of the text of a `baggage` header. */
export function extractBookmark(carrier: unknown, namespace: string): Extraction {
  try {
    const header = typeof carrier === 'string' ? carrier : openCarrier(carrier).read();
    const values = readBaggage(header);
    return values ? parseValues(values, namespace) : { bookmark: undefined, droppedCount: 1 };
  } catch {
    return { bookmark: undefined, droppedCount: 1 };
  }
}

function parseValues(values: readonly string[], namespace: string): Extraction {
  let bookmark: Bookmark | undefined;
  let droppedCount = 0;
  for (const value of values) {
    try {
      const parsed = parseBookmark(value, namespace);
      bookmark = bookmark ? mergeBookmarks(bookmark, parsed) : parsed;
    } catch {
      droppedCount += 1;
    }
  }
  return { bookmark, droppedCount };
}

interface CarrierEntry {
  read(): string;
  write(header: string): void;
}

/** Throws for what is no carrier. */
function openCarrier(carrier: unknown): CarrierEntry {
  if (typeof carrier !== 'object' || carrier === null) throw new TypeError('no carrier');
  if (isCarrierMap(carrier)) {
    const name = carrier instanceof Map ? findName(carrier.keys()) : HEADER;
    return {
      read: () => toHeader(carrier.get(name)),
      write: (header) => void carrier.set(name, header),
    };
  }
  const record = carrier as Record<string, unknown>;
  const name = findName(Object.keys(record));
  return {
    read: () => toHeader(record[name]),
    write: (header) => {
      record[name] = header;
    },
  };
}

function isCarrierMap(carrier: object): carrier is CarrierMap {
  const { get, set } = carrier as Partial<CarrierMap>;
  return typeof get === 'function' && typeof set === 'function';
}

/** The header's name as the carrier spells it. */
function findName(names: Iterable<unknown>): string {
  for (const name of names) {
    if (typeof name === 'string' && name.toLowerCase() === HEADER) return name;
  }
  return HEADER;
}

function toHeader(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(toHeader).join(',');
  if (typeof value === 'string') return value;
  throw new TypeError('a header is text');
}
