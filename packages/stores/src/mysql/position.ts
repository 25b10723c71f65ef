import type { PositionOrder, PositionRelation } from '@rendezvous/protocol';
import { encodeGtidSet, isSubset, parseGtidSet } from './gtid-set.js';
import type { GtidSet } from './gtid-set.js';
import { encodeMariadbPlace, parseMariadbPlace, relateMariadb } from './mariadb-gtid.js';
import type { MariadbPlace } from './mariadb-gtid.js';

/**
 * What was written or applied, in the notation of MySQL or of MariaDB:
 *
 *   mysql:<set of GTIDs>      mysql:3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5
 *   mariadb:<GTIDs>           mariadb:0-1-7          mariadb:0-2-10;0-1-7,0-2-10
 */
export type MysqlPosition =
  | { readonly flavour: 'mysql'; readonly set: GtidSet }
  | { readonly flavour: 'mariadb'; readonly place: MariadbPlace };

export type Flavour = MysqlPosition['flavour'];

/**
 * Compares positions of MySQL and of MariaDB. Those of MySQL compare as sets, which show what is
 * there, and never that something cannot come any more: none is ever `cut_off`.
 */
export const mysqlPositionOrder: PositionOrder<MysqlPosition> = {
  parse: parsePosition,
  relation,
};

function relation(position: MysqlPosition, watermark: MysqlPosition): PositionRelation {
  if (position.flavour === 'mysql' && watermark.flavour === 'mysql') {
    return isSubset(position.set, watermark.set) ? 'reached' : 'pending';
  }
  if (position.flavour === 'mariadb' && watermark.flavour === 'mariadb') {
    return relateMariadb(position.place, watermark.place);
  }
  return 'pending';
}

function parsePosition(text: string): MysqlPosition | undefined {
  if (text.startsWith('mysql:')) {
    const set = parseGtidSet(text.slice('mysql:'.length));
    return set && { flavour: 'mysql', set };
  }
  if (!text.startsWith('mariadb:')) return undefined;
  const place = parseMariadbPlace(text.slice('mariadb:'.length));
  return place && { flavour: 'mariadb', place };
}

/** The position as text: what branches and watermarks carry. */
export function encodePosition(position: MysqlPosition): string {
  return position.flavour === 'mysql'
    ? `mysql:${encodeGtidSet(position.set)}`
    : `mariadb:${encodeMariadbPlace(position.place)}`;
}

/** The position in a server's own words; undefined if they are none. */
export function toPositionText(flavour: Flavour, text: string): string | undefined {
  const position = parsePosition(`${flavour}:${text}`);
  return position && encodePosition(position);
}
