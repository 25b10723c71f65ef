import type { PositionOrder, PositionRelation } from '@rendezvous/protocol';
import { encodePosition, parsePosition, relatePosition } from './position.js';
import type { RedisPosition } from './position.js';

/**
 * Compares positions of Redis, which name one replication stream (`8371…c0:5021`) or, in cluster
 * mode, one for each shard (`8371…c0:5021|57ab…1f:70`):
 *
 *   position    what must have arrived: reached when every part of it is
 *   watermark   what has arrived at a region, by shard; the order of parts means nothing
 *
 * A part is judged by the watermark of its own stream alone: no shard's progress says anything of
 * another's. A stream that nobody has any more is judged by its heir, the one that continues it after
 * a promotion. Where several claim to (a server that once followed this shard serves another one now),
 * all of them must have reached the part, and none can cut it off.
 */
export const redisPositionOrder: PositionOrder<readonly RedisPosition[]> = {
  parse: (text) => {
    const parts: RedisPosition[] = [];
    for (const partText of text.split('|')) {
      const part = parsePosition(partText);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return parts;
  },
  relation: (position, watermark) => {
    const relations = position.map((part) => relatePart(part, watermark));
    if (relations.includes('cut_off')) return 'cut_off';
    return relations.every((relation) => relation === 'reached') ? 'reached' : 'pending';
  },
  // Of one stream: reached up to some offset, then pending, then, where another one left it, cut off.
  coordinate: ([part, ...others]) =>
    part && others.length === 0 ? { line: part.replid, value: part.offset } : undefined,
};

function relatePart(part: RedisPosition, watermark: readonly RedisPosition[]): PositionRelation {
  const own = watermark.filter(({ replid }) => replid === part.replid);
  const heirs = watermark.filter(({ previous }) => previous?.replid === part.replid);
  const judges = own.length > 0 ? own : heirs;
  const relations = judges.map((judge) => relatePosition(part, judge));
  const [only = 'pending'] = relations;
  if (relations.length <= 1) return only;
  return relations.every((relation) => relation === 'reached') ? 'reached' : 'pending';
}

/** The positions of several streams as one text. */
export function encodePositions(positions: readonly RedisPosition[]): string {
  return positions.map(encodePosition).join('|');
}
