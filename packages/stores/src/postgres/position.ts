import type { PositionOrder, PositionRelation } from '@rendezvous/protocol';

/**
 * A place in the write-ahead log of one PostgreSQL cluster.
 *
 *   position    <system identifier>/<timeline>/<lsn>        7711336838912810063/1/0/174B770
 *   watermark   ... and, where known, where each earlier    7711336838912810063/3/0/9000060;1@0/5000000,2@0/7000000
 *               timeline was left for the next
 *
 * A promotion starts a new timeline at a point of the old one. What the old primary wrote beyond
 * that point is not in the new history, so an LSN alone says nothing across timelines: only a
 * position at or below the point where its timeline was left compares (SPEC rule 10).
 *
 * Not told apart: two servers that were promoted independently, without a shared archive, to the
 * same timeline number.
 */
export interface PostgresPosition {
  /** The cluster's system identifier: the same on a primary and its physical replicas. */
  readonly system: string;
  /** 1 to 2^32 − 1; grows by promotion. */
  readonly timeline: number;
  readonly lsn: bigint;
  /** Timeline → the LSN at which it was left, for every ancestor; absent: not known. */
  readonly switchPoints?: ReadonlyMap<number, bigint>;
}

/** Compares positions of PostgreSQL's write-ahead log across promotions. */
export const postgresPositionOrder: PositionOrder<PostgresPosition> = {
  parse: parsePosition,
  relation,
  // Of one timeline: reached up to some point, then pending, then, beyond its end, cut off.
  coordinate: ({ system, timeline, lsn }) =>
    lsn <= BigInt(Number.MAX_SAFE_INTEGER)
      ? { line: `${system}/${String(timeline)}`, value: Number(lsn) }
      : undefined,
};

const LSN = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/;
/** Of the first timeline. Shared: a node holds a position for every open branch. */
const NO_ANCESTORS: ReadonlyMap<number, bigint> = new Map();

const POSITION = /^([0-9]{1,20})\/([1-9][0-9]{0,9})\/([0-9A-F]{1,8})\/([0-9A-F]{1,8})(?:;(.+))?$/;
const TIMELINE_MAX = 0xffff_ffff;

/** A history grows by one entry per promotion; more than this is not a history. */
const SWITCH_POINTS_MAX = 1_024;

function relation(position: PostgresPosition, watermark: PostgresPosition): PositionRelation {
  if (position.system !== watermark.system) return 'pending';
  if (position.timeline > watermark.timeline) return 'pending';
  if (position.timeline < watermark.timeline) {
    if (watermark.switchPoints === undefined) return 'pending';
    const left = watermark.switchPoints.get(position.timeline);
    if (left === undefined || position.lsn > left) return 'cut_off';
  }
  return position.lsn <= watermark.lsn ? 'reached' : 'pending';
}

function parsePosition(text: string): PostgresPosition | undefined {
  const match = POSITION.exec(text);
  const [, system, timelineText, high, low, historyText] = match ?? [];
  if (system === undefined || high === undefined || low === undefined) return undefined;
  const timeline = Number(timelineText);
  if (timeline > TIMELINE_MAX) return undefined;
  const lsn = toLsn(high, low);
  if (historyText === undefined) {
    // The first timeline has no ancestors: its history is known to be empty.
    return timeline === 1
      ? { system, timeline, lsn, switchPoints: NO_ANCESTORS }
      : { system, timeline, lsn };
  }
  const switchPoints = parseSwitchPoints(historyText, timeline);
  return switchPoints && { system, timeline, lsn, switchPoints };
}

/** `1@0/5000000,2@0/7000000`: ancestors of `timeline` in order. */
function parseSwitchPoints(text: string, timeline: number): Map<number, bigint> | undefined {
  const entries = text.split(',', SWITCH_POINTS_MAX + 1).map((entry) => entry.split('@'));
  return toSwitchPoints(entries, timeline);
}

/**
 * The history file of `timeline` (`0000000N.history`): one line per ancestor, with the LSN at which
 * it was left. Undefined if it is malformed or empty.
 */
export function parseHistoryFile(text: string, timeline: number): Map<number, bigint> | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const entries = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s+/).slice(0, 2));
  return toSwitchPoints(entries, timeline);
}

function toSwitchPoints(
  entries: readonly (readonly string[])[],
  timeline: number,
): Map<number, bigint> | undefined {
  if (entries.length === 0 || entries.length > SWITCH_POINTS_MAX) return undefined;
  const switchPoints = new Map<number, bigint>();
  let previousTimeline = 0;
  let previousLsn = 0n;
  for (const [ancestorText = '', lsnText = '', ...rest] of entries) {
    const ancestor = /^[1-9][0-9]{0,9}$/.test(ancestorText) ? Number(ancestorText) : 0;
    const lsn = parseLsn(lsnText);
    if (rest.length > 0 || lsn === undefined || lsn < previousLsn) return undefined;
    if (ancestor <= previousTimeline || ancestor >= timeline) return undefined;
    switchPoints.set(ancestor, lsn);
    previousTimeline = ancestor;
    previousLsn = lsn;
  }
  return switchPoints;
}

/** The position as text: what branches and watermarks carry. */
export function encodePosition(position: PostgresPosition): string {
  const { system, timeline, lsn, switchPoints } = position;
  const text = `${system}/${String(timeline)}/${encodeLsn(lsn)}`;
  if (switchPoints === undefined || switchPoints.size === 0) return text;
  const history = [...switchPoints].map(([left, at]) => `${String(left)}@${encodeLsn(at)}`);
  return `${text};${history.join(',')}`;
}

/** PostgreSQL's `X/Y` in hexadecimal as a number of bytes; undefined if `text` is none. */
export function parseLsn(text: string): bigint | undefined {
  const match = LSN.exec(text);
  const [, high, low] = match ?? [];
  if (high === undefined || low === undefined) return undefined;
  return toLsn(high, low);
}

function toLsn(high: string, low: string): bigint {
  return (BigInt(parseInt(high, 16)) << 32n) | BigInt(parseInt(low, 16));
}

export function encodeLsn(lsn: bigint): string {
  const high = (lsn >> 32n).toString(16);
  const low = (lsn & 0xffff_ffffn).toString(16);
  return `${high}/${low}`.toUpperCase();
}

/** The sizes of a server's write-ahead log, fixed when it was built or initialised. */
export interface WalGeometry {
  readonly pageBytes: bigint;
  readonly segmentBytes: bigint;
}

const PAGE_HEADER_BYTES = 24n;
const SEGMENT_HEADER_BYTES = 40n;

/**
 * The end of the last record, given where the next one will be inserted.
 *
 * When a record ends exactly at the end of a page, `pg_current_wal_insert_lsn()` already points
 * behind the next page's header, but replay reports the end of the record until there is another.
 * On an idle primary that would be never. No record can end right behind a page header (it would
 * have no byte on that page), so taking the header off again is exact.
 */
export function toRecordEnd(insertLsn: bigint, wal: WalGeometry): bigint {
  if (insertLsn % wal.segmentBytes === SEGMENT_HEADER_BYTES) {
    return insertLsn - SEGMENT_HEADER_BYTES;
  }
  if (insertLsn % wal.pageBytes === PAGE_HEADER_BYTES) return insertLsn - PAGE_HEADER_BYTES;
  return insertLsn;
}
