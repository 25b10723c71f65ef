import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectUnbrokenRuns } from '../../test/position-lines.js';
import type { RedisPosition } from './position.js';
import { encodePositions, redisPositionOrder } from './position-order.js';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);

function relate(positionText: string, watermarkText: string): string {
  const position = redisPositionOrder.parse(positionText);
  const watermark = redisPositionOrder.parse(watermarkText);
  if (position === undefined || watermark === undefined) throw new Error('not a position');
  return redisPositionOrder.relation(position, watermark);
}

describe('relation in cluster mode', () => {
  it.each([
    ['its own shard has come to it', `${A}:100`, `${B}:7|${A}:100`, 'reached'],
    ['another shard’s progress says nothing', `${A}:100`, `${A}:99|${B}:900`, 'pending'],
    ['a shard that is not watched', `${C}:1`, `${A}:99|${B}:900`, 'pending'],
    ['all parts have arrived', `${A}:100|${B}:7`, `${B}:7|${A}:100`, 'reached'],
    ['one part has not', `${A}:100|${B}:8`, `${B}:7|${A}:100`, 'pending'],
    ['one part is in no shard', `${A}:100|${C}:1`, `${B}:7|${A}:100`, 'pending'],
    ['one shard failed over, before', `${A}:150`, `${C}:200;${A}@151|${B}:7`, 'reached'],
    ['one shard failed over, beyond', `${A}:151`, `${C}:200;${A}@151|${B}:7`, 'cut_off'],
    ['one part is cut off', `${B}:9|${A}:151`, `${C}:200;${A}@151|${B}:7`, 'cut_off'],
    [
      'a shard whose primary once followed this one has more',
      `${A}:100`,
      `${A}:99|${B}:500;${A}@151`,
      'pending',
    ],
    ['the same, beyond where it left', `${A}:160`, `${A}:200|${B}:500;${A}@151`, 'reached'],
    ['two claim to go on, and differ', `${A}:150`, `${C}:9;${A}@151|${B}:500;${A}@120`, 'pending'],
    ['two claim to go on, both far', `${A}:110`, `${C}:200;${A}@151|${B}:500;${A}@120`, 'reached'],
    ['two claim to go on, both short', `${A}:160`, `${C}:9;${A}@151|${B}:5;${A}@120`, 'pending'],
  ])('rule 10: %s', (_, position, watermark, expected) => {
    expect(relate(position, watermark)).toBe(expected);
  });
});

describe('parse', () => {
  it.each(['', '|', `${A}:1|`, `|${A}:1`, `${A}:1||${B}:1`, `${A}:1,${B}:1`])(
    'rejects %j',
    (text) => {
      expect(redisPositionOrder.parse(text)).toBeUndefined();
    },
  );
});

describe('properties', () => {
  const replid = fc.constantFrom(A, B, C);
  const offset = fc.nat({ max: 50 });
  const position: fc.Arbitrary<RedisPosition> = fc.record(
    { replid, offset, previous: fc.record({ replid, endOffset: offset, exact: fc.boolean() }) },
    { requiredKeys: ['replid', 'offset'] },
  );
  const positions = fc.array(position, { minLength: 1, maxLength: 4 });

  it('along a stream each relation is one run', () => {
    const singles = fc.array(
      position.map((one) => [one]),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(singles, positions, (list, watermark) => {
        expectUnbrokenRuns(redisPositionOrder, list, watermark);
      }),
    );
  });

  it('positions read back from their text as they were', () => {
    fc.assert(
      fc.property(positions, (original) => {
        expect(redisPositionOrder.parse(encodePositions(original))).toEqual(original);
      }),
    );
  });

  it('the order of parts means nothing', () => {
    fc.assert(
      fc.property(positions, positions, (target, watermark) => {
        const relation = redisPositionOrder.relation(target, watermark);
        const reversed = redisPositionOrder.relation(
          [...target].reverse(),
          [...watermark].reverse(),
        );
        expect(reversed).toBe(relation);
      }),
    );
  });

  it('a further shard never makes a position reached whose streams are all there already', () => {
    fc.assert(
      fc.property(positions, positions, position, (target, watermark, other) => {
        fc.pre(target.every((part) => watermark.some((one) => one.replid === part.replid)));
        fc.pre(redisPositionOrder.relation(target, watermark) !== 'reached');
        expect(redisPositionOrder.relation(target, [...watermark, other])).not.toBe('reached');
      }),
    );
  });
});
