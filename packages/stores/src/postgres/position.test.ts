import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectUnbrokenRuns } from '../../test/position-lines.js';
import {
  encodeLsn,
  encodePosition,
  parseHistoryFile,
  parseLsn,
  postgresPositionOrder,
  toRecordEnd,
} from './position.js';
import type { PostgresPosition } from './position.js';

function relate(position: string, watermark: string): string {
  const parsed = [position, watermark].map((text) => postgresPositionOrder.parse(text));
  if (parsed[0] === undefined || parsed[1] === undefined) throw new Error('not a position');
  return postgresPositionOrder.relation(parsed[0], parsed[1]);
}

describe('relation', () => {
  it.each([
    ['the watermark is the position', '7/1/0/100', '7/1/0/100', 'reached'],
    ['the watermark is beyond', '7/1/0/100', '7/1/1/0', 'reached'],
    ['the watermark is short of it', '7/1/0/101', '7/1/0/100', 'pending'],
    ['the high half decides, as numbers', '7/1/A/0', '7/1/9/FFFFFFFF', 'pending'],
    ['another cluster', '7/1/0/100', '8/1/0/200', 'pending'],
    ['the position is of a later timeline', '7/2/0/100', '7/1/0/200', 'pending'],
    ['an earlier timeline, history not known', '7/1/0/100', '7/2/0/200', 'pending'],
    ['an earlier timeline, at its end', '7/1/0/150', '7/2/0/200;1@0/150', 'reached'],
    ['an earlier timeline, beyond its end', '7/1/0/151', '7/2/0/200;1@0/150', 'cut_off'],
    ['an earlier timeline that is still replayed', '7/1/0/140', '7/2/0/120;1@0/150', 'pending'],
    ['two promotions back', '7/1/0/100', '7/3/0/300;1@0/150,2@0/250', 'reached'],
    ['a timeline that is no ancestor', '7/2/0/160', '7/3/0/300;1@0/150', 'cut_off'],
  ])('rule 10: %s', (_, position, watermark, expected) => {
    expect(relate(position, watermark)).toBe(expected);
  });
});

describe('parse', () => {
  it.each([
    '',
    '7/1',
    '7/0/0/100',
    '7/01/0/100',
    '7/4294967296/0/100',
    '7/1/0/',
    '7/1/0/100000000',
    '7/1/0/g',
    'x/1/0/1',
    ' 7/1/0/1',
    '7/1/0/1\n',
    '7/2/0/1;',
    '7/2/0/1;1',
    '7/2/0/1;2@0/1',
    '7/3/0/1;2@0/1,1@0/2',
    '7/3/0/1;1@0/2,2@0/1',
    '7/2/0/1;1@0/1@0/2',
    `7/9/0/1;${'1@0/1,'.repeat(2000)}2@0/1`,
  ])('rejects %j', (text) => {
    expect(postgresPositionOrder.parse(text)).toBeUndefined();
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => postgresPositionOrder.parse(text)).not.toThrow();
      }),
    );
  });
});

describe('parseHistoryFile', () => {
  it('reads what PostgreSQL writes', () => {
    const text =
      '1\t0/174B770\tno recovery target specified\n\n2\t0/5000060\tbefore 2026-01-01 10:00:00\n';
    expect(parseHistoryFile(text, 3)).toEqual(
      new Map([
        [1, 0x174b770n],
        [2, 0x5000060n],
      ]),
    );
  });

  it.each([
    ['is empty', ''],
    ['names the timeline itself', '3\t0/1\tx'],
    ['has no LSN', '1\tx'],
  ])('gives nothing for a file that %s', (_, text) => {
    expect(parseHistoryFile(text, 3)).toBeUndefined();
  });
});

describe('toRecordEnd', () => {
  const wal = { pageBytes: 8_192n, segmentBytes: 16_777_216n };

  it.each([
    ['0/2000028', '0/2000000', 'behind the header of a segment'],
    ['0/2002018', '0/2002000', 'behind the header of a page'],
    ['0/2002028', '0/2002028', 'as far into a page that is not the first of its segment'],
    ['0/2002020', '0/2002020', 'inside a page'],
    ['0/2002000', '0/2002000', 'at the end of a page'],
  ])('takes %s for %s: %s', (insert, end) => {
    expect(encodeLsn(toRecordEnd(parseLsn(insert) ?? 0n, wal))).toBe(end);
  });
});

const lsn = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const position: fc.Arbitrary<PostgresPosition> = fc
  .record({
    system: fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map(String),
    left: fc.array(fc.bigInt({ min: 0n, max: 2n ** 40n }), { minLength: 1, maxLength: 5 }),
    lsn,
  })
  .map(({ system, left, lsn }) => {
    const sorted = left.toSorted((a, b) => (a < b ? -1 : 1));
    const switchPoints = new Map(sorted.map((at, index) => [index + 1, at]));
    return { system, timeline: left.length + 1, lsn, switchPoints };
  });

describe('laws', () => {
  it('along a timeline each relation is one run', () => {
    const near = fc.record({ timeline: fc.nat(3), at: lsn }).map(({ timeline, at }) => ({
      system: '7',
      timeline: timeline + 1,
      lsn: at % 4_000_000_000_000n,
    }));
    fc.assert(
      fc.property(fc.array(near, { maxLength: 30 }), position, (positions, watermark) => {
        expectUnbrokenRuns(postgresPositionOrder, positions, { ...watermark, system: '7' });
      }),
    );
  });

  it('an LSN beyond 2^53 lies on no line', () => {
    const far = { system: '7', timeline: 1, lsn: 2n ** 53n };
    expect(postgresPositionOrder.coordinate?.(far)).toBeUndefined();
  });

  it('a position survives encoding', () => {
    fc.assert(
      fc.property(position, (original) => {
        expect(postgresPositionOrder.parse(encodePosition(original))).toEqual(original);
      }),
    );
  });

  it('an LSN survives encoding', () => {
    fc.assert(
      fc.property(lsn, (original) => {
        expect(parseLsn(encodeLsn(original))).toBe(original);
      }),
    );
  });

  it('a reached position stays reached as the watermark moves on', () => {
    fc.assert(
      fc.property(position, position, lsn, (watermark, other, step) => {
        const asked = { ...other, system: watermark.system };
        const further = { ...watermark, lsn: watermark.lsn + step };
        if (postgresPositionOrder.relation(asked, watermark) === 'reached') {
          expect(postgresPositionOrder.relation(asked, further)).toBe('reached');
        }
      }),
    );
  });

  it('rule 10: without its history a watermark reaches less, and cuts nothing off', () => {
    fc.assert(
      fc.property(position, position, (watermark, other) => {
        const asked = { ...other, system: watermark.system };
        const { system, timeline } = watermark;
        const bare = { system, timeline, lsn: watermark.lsn };
        const relation = postgresPositionOrder.relation(asked, bare);
        expect(relation).not.toBe('cut_off');
        if (relation === 'reached') {
          expect(postgresPositionOrder.relation(asked, watermark)).toBe('reached');
        }
      }),
    );
  });

  it('rule 10: exactly one of reached, pending and cut off agrees with replaying the history', () => {
    fc.assert(
      fc.property(position, fc.nat(4), lsn, (watermark, ancestor, at) => {
        const timeline = Math.min(ancestor + 1, watermark.timeline);
        const left = watermark.switchPoints?.get(timeline);
        const survived = left === undefined || at <= left;
        const expected = !survived ? 'cut_off' : at <= watermark.lsn ? 'reached' : 'pending';
        const asked = { system: watermark.system, timeline, lsn: at };
        expect(postgresPositionOrder.relation(asked, watermark)).toBe(expected);
      }),
    );
  });
});
