import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePosition, parsePosition, relatePosition } from './position.js';
import type { RedisPosition } from './position.js';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);

function relate(positionText: string, watermarkText: string): string {
  const position = parsePosition(positionText);
  const watermark = parsePosition(watermarkText);
  if (position === undefined || watermark === undefined) throw new Error('not a position');
  return relatePosition(position, watermark);
}

describe('relation', () => {
  it.each([
    ['the watermark is the position', `${A}:100`, `${A}:100`, 'reached'],
    ['the watermark is beyond', `${A}:99`, `${A}:100`, 'reached'],
    ['the watermark is short of it', `${A}:101`, `${A}:100`, 'pending'],
    ['numbers, not text, are compared', `${A}:99`, `${A}:1000`, 'reached'],
    ['another lineage', `${A}:100`, `${B}:200`, 'pending'],
    ['a lineage before the previous one', `${A}:100`, `${C}:300;${B}@201`, 'pending'],
    ['the previous lineage, at its end', `${A}:150`, `${B}:200;${A}@151`, 'reached'],
    ['the previous lineage, beyond its end', `${A}:151`, `${B}:200;${A}@151`, 'cut_off'],
    ['beyond what a replica knows to share', `${A}:151`, `${B}:200;${A}~151`, 'pending'],
    ['what a replica knows to share', `${A}:150`, `${B}:200;${A}~151`, 'reached'],
    ['the new lineage beside a previous one', `${B}:201`, `${B}:200;${A}@151`, 'pending'],
  ])('rule 10: %s', (_, position, watermark, expected) => {
    expect(relate(position, watermark)).toBe(expected);
  });
});

describe('parse', () => {
  it.each([
    '',
    A,
    `${A}:`,
    `${A}:-1`,
    `${A}:1.5`,
    `${A}:99999999999999999`,
    `${A}:9007199254740993`,
    `${A.toUpperCase()}:1`,
    `${A}0:1`,
    `${A}:1;`,
    `${A}:1;${B}`,
    `${A}:1;${B}@`,
    `${A}:1;${B}@9007199254740993`,
    `${A}:1;${B}@1;${C}@1`,
    ` ${A}:1`,
    `${A}:1\n`,
  ])('rejects %j', (text) => {
    expect(parsePosition(text)).toBeUndefined();
  });
});

describe('properties', () => {
  const replid = fc.constantFrom(A, B, C);
  const offset = fc.nat({ max: 50 });
  const position: fc.Arbitrary<RedisPosition> = fc.record(
    { replid, offset, previous: fc.record({ replid, endOffset: offset, exact: fc.boolean() }) },
    { requiredKeys: ['replid', 'offset'] },
  );

  it('a position reads back from its text as it was', () => {
    fc.assert(
      fc.property(position, (original) => {
        expect(parsePosition(encodePosition(original))).toEqual(original);
      }),
    );
  });

  it('parse never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parsePosition(text);
      }),
    );
  });

  it('what is reached stays reached as the watermark of a lineage grows', () => {
    fc.assert(
      fc.property(position, position, offset, (target, watermark, growth) => {
        const later = { ...watermark, offset: watermark.offset + growth };
        fc.pre(relatePosition(target, watermark) === 'reached');
        expect(relatePosition(target, later)).toBe('reached');
      }),
    );
  });

  it('rule 10: only a lineage that the watermark names is ever reached or cut off', () => {
    fc.assert(
      fc.property(position, position, (target, watermark) => {
        fc.pre(target.replid !== watermark.replid);
        fc.pre(target.replid !== watermark.previous?.replid);
        expect(relatePosition(target, watermark)).toBe('pending');
      }),
    );
  });

  it('rule 10: a promotion cuts off exactly what the promoted replica had not applied', () => {
    fc.assert(
      fc.property(offset, offset, offset, (written, applied, since) => {
        const promoted: RedisPosition = {
          replid: B,
          offset: applied + since,
          previous: { replid: A, endOffset: applied + 1, exact: true },
        };
        const relation = relatePosition({ replid: A, offset: written }, promoted);
        expect(relation).toBe(written <= applied ? 'reached' : 'cut_off');
      }),
    );
  });
});
