import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePosition, parsePosition, relatePosition } from './position.js';
import type { RedisPosition } from './position.js';
import { toShardWatermark } from './shard-watermark.js';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);

function lowest(...texts: readonly string[]): string | undefined {
  const positions = texts.map(parsePosition).filter((position) => position !== undefined);
  const watermark = toShardWatermark(positions);
  return watermark && encodePosition(watermark);
}

describe('toShardWatermark', () => {
  it.each([
    ['one replica', [`${B}:9;${A}@5`], `${B}:9;${A}@5`],
    ['the slowest of several', [`${A}:9`, `${A}:7`, `${A}:8`], `${A}:7`],
    ['replicas that share different parts', [`${B}:9;${A}~7`, `${B}:9;${A}~5`], `${B}:9;${A}~5`],
    ['one that knows the end beside one', [`${B}:9;${A}@7`, `${B}:9;${A}~7`], `${B}:9;${A}~7`],
    ['one that knows no previous lineage', [`${B}:9;${A}@7`, `${B}:9`], `${B}:9`],
    ['different previous lineages', [`${B}:9;${A}@7`, `${B}:9;${C}@7`], `${B}:9`],
    ['different lineages', [`${A}:9`, `${B}:9;${A}@7`], undefined],
    ['none', [], undefined],
  ])('rule 9: %s', (_, positions, expected) => {
    expect(lowest(...positions)).toBe(expected);
  });

  it('rule 9: what the watermark has reached, every replica has', () => {
    const replid = fc.constantFrom(A, B);
    const offset = fc.nat({ max: 9 });
    const position: fc.Arbitrary<RedisPosition> = fc.record(
      { replid, offset, previous: fc.record({ replid, endOffset: offset, exact: fc.boolean() }) },
      { requiredKeys: ['replid', 'offset'] },
    );
    const replicas = fc.array(position, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(position, replicas, (target, positions) => {
        const watermark = toShardWatermark(positions);
        fc.pre(watermark !== undefined && relatePosition(target, watermark) === 'reached');
        for (const each of positions) expect(relatePosition(target, each)).toBe('reached');
      }),
    );
  });
});
