import type { PositionRelation } from '@rendezvous/protocol';

/**
 * A place in the replication stream of a Redis primary.
 *
 *   position    <replid>:<offset>                                   8371…c0:5021
 *   watermark   ... and, where there is one, the previous lineage   8371…c0:9000;57ab…1f@7001
 *                                                                   8371…c0:9000;57ab…1f~7001
 *
 * A promotion starts a new lineage (replid) and remembers the old one: what the old primary wrote at
 * or above the offset behind `@` is not in the new history, so only positions below it compare
 * (SPEC rule 10). A replica that followed a promotion knows no more than that it shares the old
 * history up to where it was itself (`~`): what lies beyond may still be shared, and stays pending.
 *
 * In cluster mode each shard has a stream of its own: `position-order.ts`.
 */
export interface RedisPosition {
  /** The lineage: 40 hexadecimal digits. */
  readonly replid: string;
  /** The number of bytes that the stream has come to. */
  readonly offset: number;
  readonly previous?: PreviousLineage;
}

export interface PreviousLineage {
  readonly replid: string;
  /** The first offset that is not shared (`second_repl_offset`). */
  readonly endOffset: number;
  /** False: more may be shared. */
  readonly exact: boolean;
}

/** How a position of one stream stands to a watermark of one stream. */
export function relatePosition(
  position: RedisPosition,
  watermark: RedisPosition,
): PositionRelation {
  const { previous } = watermark;
  if (position.replid !== watermark.replid) {
    if (position.replid !== previous?.replid) return 'pending';
    if (position.offset >= previous.endOffset) return previous.exact ? 'cut_off' : 'pending';
  }
  return position.offset <= watermark.offset ? 'reached' : 'pending';
}

const POSITION = /^([0-9a-f]{40}):([0-9]{1,16})(?:;([0-9a-f]{40})([@~])([0-9]{1,16}))?$/;

/** Undefined if `text` is none. */
export function parsePosition(text: string): RedisPosition | undefined {
  const [, replid, offsetText, previousReplid, mark, endText] = POSITION.exec(text) ?? [];
  const offset = parseOffset(offsetText);
  if (replid === undefined || offset === undefined) return undefined;
  if (previousReplid === undefined) return { replid, offset };
  const endOffset = parseOffset(endText);
  if (endOffset === undefined) return undefined;
  return { replid, offset, previous: { replid: previousReplid, endOffset, exact: mark === '@' } };
}

function parseOffset(text: string | undefined): number | undefined {
  const offset = Number(text);
  return Number.isSafeInteger(offset) ? offset : undefined;
}

/** The position as text: what branches and watermarks carry. */
export function encodePosition({ replid, offset, previous }: RedisPosition): string {
  const text = `${replid}:${String(offset)}`;
  if (previous === undefined) return text;
  const mark = previous.exact ? '@' : '~';
  return `${text};${previous.replid}${mark}${String(previous.endOffset)}`;
}
