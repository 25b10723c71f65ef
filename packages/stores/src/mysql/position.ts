import type { PositionOrder, PositionRelation } from '@rendezvous/protocol';
import { encodeGtidSet, isSubset, parseGtidSet, UUID } from './gtid-set.js';
import type { GtidSet } from './gtid-set.js';
import {
  encodeMariadbPlace,
  mariadbCoordinate,
  parseMariadbPlace,
  relateMariadb,
} from './mariadb-gtid.js';
import type { MariadbPlace } from './mariadb-gtid.js';

/**
 * What was written or applied, in the notation of MySQL or of MariaDB:
 *
 *   mysql:<set of GTIDs>      mysql:3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5
 *   ... ;<UUID>               the watermark of a server that was promoted, with its own UUID
 *   mariadb:<GTIDs>           mariadb:0-1-7          mariadb:0-2-10;0-1-7,0-2-10
 */
export type MysqlPosition =
  | {
      readonly flavour: 'mysql';
      readonly set: GtidSet;
      /** The UUID of a server that follows nobody: it gets no GTIDs but its own. */
      readonly alone?: string;
    }
  | { readonly flavour: 'mariadb'; readonly place: MariadbPlace };

export type Flavour = MysqlPosition['flavour'];

/**
 * Compares positions of MySQL and of MariaDB. Those of MySQL compare as sets, which show what is
 * there; that something cannot come any more shows only a server that follows nobody.
 */
export const mysqlPositionOrder: PositionOrder<MysqlPosition> = {
  parse: parsePosition,
  relation,
  // Those of MySQL lie on no line: a replica may have a number and lack one before it.
  coordinate: (position) =>
    position.flavour === 'mariadb' ? mariadbCoordinate(position.place) : undefined,
};

function relation(position: MysqlPosition, watermark: MysqlPosition): PositionRelation {
  if (position.flavour === 'mysql' && watermark.flavour === 'mysql') {
    if (isSubset(position.set, watermark.set)) return 'reached';
    const { alone, set } = watermark;
    return alone !== undefined && lacksForeign(position.set, set, alone) ? 'cut_off' : 'pending';
  }
  if (position.flavour === 'mariadb' && watermark.flavour === 'mariadb') {
    return relateMariadb(position.place, watermark.place);
  }
  return 'pending';
}

/** Whether something is missing that another server than `own` wrote. */
function lacksForeign(part: GtidSet, whole: GtidSet, own: string): boolean {
  const foreign = [...part].filter(([source]) => !source.startsWith(own));
  return !isSubset(new Map(foreign), whole);
}

function parsePosition(text: string): MysqlPosition | undefined {
  if (text.startsWith('mysql:')) {
    const [setText = '', alone, ...rest] = text.slice('mysql:'.length).split(';');
    const set = rest.length === 0 ? parseGtidSet(setText) : undefined;
    if (set === undefined || alone === undefined) return set && { flavour: 'mysql', set };
    return UUID.test(alone) ? { flavour: 'mysql', set, alone } : undefined;
  }
  if (!text.startsWith('mariadb:')) return undefined;
  const place = parseMariadbPlace(text.slice('mariadb:'.length));
  return place && { flavour: 'mariadb', place };
}

/** The position as text: what branches and watermarks carry. */
export function encodePosition(position: MysqlPosition): string {
  return position.flavour === 'mysql'
    ? `mysql:${encodeGtidSet(position.set)}${position.alone === undefined ? '' : `;${position.alone}`}`
    : `mariadb:${encodeMariadbPlace(position.place)}`;
}

/** The position in a server's own words; undefined if they are none. */
export function toPositionText(flavour: Flavour, text: string): string | undefined {
  const position = parsePosition(`${flavour}:${text}`);
  return position && encodePosition(position);
}
