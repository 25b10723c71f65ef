import type { PreviousLineage, RedisPosition } from './position.js';

/**
 * The position that every one of a shard's replicas has reached. Undefined if they are on different
 * lineages, as they are for a moment after a failover: then there is none.
 */
export function toShardWatermark(positions: readonly RedisPosition[]): RedisPosition | undefined {
  const [first] = positions;
  if (first === undefined || positions.some(({ replid }) => replid !== first.replid)) {
    return undefined;
  }
  const offset = Math.min(...positions.map((position) => position.offset));
  const previous = toCommonPrevious(positions.map((position) => position.previous));
  return { replid: first.replid, offset, ...(previous && { previous }) };
}

/** What all of them know to share of the previous lineage. */
function toCommonPrevious(
  previous: readonly (PreviousLineage | undefined)[],
): PreviousLineage | undefined {
  const [first] = previous;
  const known = previous.filter((one) => one !== undefined && one.replid === first?.replid);
  if (first === undefined || known.length < previous.length) return undefined;
  const ends = known.map((one) => one?.endOffset ?? 0);
  const isOne = ends.every((end) => end === first.endOffset);
  return {
    replid: first.replid,
    endOffset: Math.min(...ends),
    exact: isOne && known.every((one) => one?.exact === true),
  };
}
