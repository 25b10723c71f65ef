import {
  type Bookmark,
  BOOKMARK_LENGTH_MAX,
  BOOKMARK_RIDS_MAX,
  canonicalBookmark,
  createNamespaceError,
  EVERY,
  isSequence,
} from './bookmark.js';
import { RendezvousError } from './error.js';
import { isJournalId, isUlid } from './identifiers.js';
import { isName } from './names.js';

/**
 * The text of a bookmark, as `docs/reference/bookmark.md` specifies it:
 *
 *     1~<namespace>~<rids>~<positions>~<incomplete>
 *
 * Its characters need no escaping in a header, a cookie, a baggage value or a URL
 * (`encodeURIComponent` leaves them alone).
 */

const VERSION = '1';
const FIELD_SEPARATOR = '~';
const LIST_SEPARATOR = '!';
const POSITION_PATTERN = /^([^.]*)\.([0-9a-z]{1,11})$/;

/** The text of a bookmark: at most `BOOKMARK_LENGTH_MAX` characters, all of them ASCII. */
export function encodeBookmark(bookmark: Bookmark): string {
  // A bookmark that no function here made may be out of order or too long.
  const { namespace, rids, positions, incomplete } = canonicalBookmark(bookmark);
  return [
    VERSION,
    namespace,
    rids.join(LIST_SEPARATOR),
    Array.from(positions, ([journal, at]) => `${journal}.${at.toString(36)}`).join(LIST_SEPARATOR),
    incomplete.join(LIST_SEPARATOR),
  ].join(FIELD_SEPARATOR);
}

/**
 * The bookmark of a text. Untrusted input: lists may be unsorted and hold duplicates, all else
 * throws. `bookmark_invalid`: it is no bookmark. `bookmark_version`: written by a newer version of
 * Rendezvous. `bookmark_namespace`: of another namespace than `namespace`.
 */
export function parseBookmark(text: string, namespace: string): Bookmark {
  if (text.length > BOOKMARK_LENGTH_MAX) {
    throw invalid(`it exceeds ${BOOKMARK_LENGTH_MAX} characters`);
  }
  const fields = text.split(FIELD_SEPARATOR);
  const [version = '', owner = '', rids = '', positions = '', incomplete = ''] = fields;
  assertVersion(version);
  if (fields.length !== 5) throw invalid(`it has ${fields.length} fields instead of 5`);
  assertNamespace(owner, namespace);
  return canonicalBookmark({
    namespace,
    rids: parseRids(rids),
    positions: splitList(positions).map(parsePosition),
    incomplete: parseNames(incomplete, isName, 'store'),
  });
}

function assertVersion(version: string): void {
  if (version === VERSION) return;
  if (!/^[1-9][0-9]{0,3}$/.test(version)) throw invalid('it has no version');
  throw new RendezvousError(
    'bookmark_version',
    `the bookmark has version ${version}: update Rendezvous here first`,
  );
}

function assertNamespace(owner: string, namespace: string): void {
  if (!isName(owner)) throw invalid('its namespace is malformed');
  if (owner !== namespace) throw createNamespaceError(owner, namespace);
}

function parseRids(field: string): readonly string[] {
  const rids = parseNames(field, isUlid, 'rid');
  if (rids.length <= BOOKMARK_RIDS_MAX) return rids;
  throw invalid(`it has more than ${BOOKMARK_RIDS_MAX} rids`);
}

/** `*`, or a list of what `isName` accepts. */
function parseNames(
  field: string,
  isName: (item: string) => boolean,
  what: string,
): readonly string[] {
  const names = splitList(field);
  if (field === EVERY || names.every(isName)) return names;
  throw invalid(`a ${what} is malformed`);
}

function parsePosition(item: string): readonly [journal: string, sequence: number] {
  const [, journal = '', digits = ''] = POSITION_PATTERN.exec(item) ?? [];
  const sequence = Number.parseInt(digits, 36);
  if (!isJournalId(journal) || !isSequence(sequence)) throw invalid('a position is malformed');
  return [journal, sequence];
}

function splitList(field: string): readonly string[] {
  return field === '' ? [] : field.split(LIST_SEPARATOR);
}

function invalid(reason: string): RendezvousError {
  return new RendezvousError(
    'bookmark_invalid',
    `this is no bookmark: ${reason}. Pass on what inject() wrote`,
  );
}
