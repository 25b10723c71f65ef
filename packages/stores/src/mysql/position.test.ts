import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectUnbrokenRuns } from '../../test/position-lines.js';
import {
  encodePosition,
  type MysqlPosition,
  mysqlPositionOrder,
  toPositionText,
} from './position.js';

const A = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const B = '4f22fa47-71ca-11e1-9e33-c80aa9429562';

function relate(position: string, watermark: string): string {
  const [from, to] = [mysqlPositionOrder.parse(position), mysqlPositionOrder.parse(watermark)];
  if (from === undefined || to === undefined) throw new Error('not a position');
  return mysqlPositionOrder.relation(from, to);
}

describe('sets of MySQL', () => {
  test.each([
    [`${A}:5`, `${A}:1-5`, 'reached'],
    [`${A}:6`, `${A}:1-5`, 'pending'],
    [`${A}:6`, `${A}:1-5:7-9`, 'pending'],
    [`${A}:5-7`, `${A}:1-5:7-9`, 'pending'],
    [`${A}:5-7`, `${A}:1-5,${A}:6-9`, 'reached'],
    [`${A}:5,${B}:2`, `${A}:1-5,\n${B}:1-2`, 'reached'],
    [`${A}:5,${B}:3`, `${A}:1-5,${B}:1-2`, 'pending'],
    [`${B}:1`, `${A}:1-5`, 'pending'],
    [`${A}:tag:2`, `${A}:1-5`, 'pending'],
    [`${A}:tag:2`, `${A}:1-5:tag:1-2`, 'reached'],
    [`${A}:2`, `${A}:tag:1-5`, 'pending'],
    [A.toUpperCase() + ':2', `${A}:1-5`, 'reached'],
    ['', '', 'reached'],
    [`${A}:1`, '', 'pending'],
    // A server that was promoted, and follows nobody.
    [`${A}:6`, `${A}:1-5,${B}:1;${B}`, 'cut_off'],
    [`${A}:5,${B}:2`, `${A}:1-5,${B}:1;${B}`, 'pending'],
    [`${A}:5`, `${A}:1-5,${B}:1;${B}`, 'reached'],
  ])('%s at %s is %s', (position, watermark, expected) => {
    expect(relate(`mysql:${position}`, `mysql:${watermark}`)).toBe(expected);
  });

  test.each([A, `${A}:`, `${A}:0`, `${A}:5-3`, `x:1`, `${A}:1-`, `${A}:Tag!:1`, '1-2-3'])(
    '%s is no set',
    (text) => {
      expect(mysqlPositionOrder.parse(`mysql:${text}`)).toBeUndefined();
    },
  );

  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 20 });
  const setText = (given: readonly number[]): string =>
    given.length === 0 ? 'mysql:' : `mysql:${given.map((number) => `${A}:${number}`).join(',')}`;

  test('rule 10: a position is reached exactly where every transaction of it is, for any two sets', () => {
    fc.assert(
      fc.property(numbers, numbers, (part, whole) => {
        const isPart = part.every((number) => whole.includes(number));
        expect(relate(setText(part), setText(whole))).toBe(isPart ? 'reached' : 'pending');
      }),
    );
  });

  test('the text of any set is read back as the same set', () => {
    fc.assert(
      fc.property(numbers, (given) => {
        const parsed = mysqlPositionOrder.parse(setText(given));
        if (parsed === undefined) throw new Error('not a position');
        expect(mysqlPositionOrder.parse(encodePosition(parsed))).toEqual(parsed);
      }),
    );
  });
});

describe('places of MariaDB', () => {
  test.each([
    ['0-1-7', '0-1-7', 'reached'],
    ['0-1-8', '0-1-7', 'pending'],
    ['0-1-7,1-1-2', '0-1-7,1-1-1', 'pending'],
    ['0-1-7,1-1-2', '1-1-3,0-1-9', 'reached'],
    ['1-1-1', '0-1-7', 'pending'],
    // Another server went on where the history has the first one up to 7.
    ['0-1-7', '0-2-10;0-1-7,0-2-10', 'reached'],
    ['0-1-8', '0-2-10;0-1-7,0-2-10', 'cut_off'],
    ['0-1-11', '0-2-10;0-1-7,0-2-10', 'pending'],
    // It cannot be told.
    ['0-1-7', '0-2-10', 'pending'],
    ['0-1-7', '0-2-10;0-2-10', 'pending'],
    // The log is ahead of what is visible.
    ['0-1-8', '0-1-7;0-1-9', 'pending'],
    ['1-1-1,0-1-8', '0-2-10;0-1-7,0-2-10', 'cut_off'],
    ['0-1-18446744073709551615', '0-1-18446744073709551614', 'pending'],
    ['', '0-1-1', 'reached'],
  ])('%s at %s is %s', (position, watermark, expected) => {
    expect(relate(`mariadb:${position}`, `mariadb:${watermark}`)).toBe(expected);
  });

  test.each(['0-1', '0-1-x', '0-1-1,0-2-2', '0-1-1;x', '0-1-1;;', `${A}:1`, '-1-1-1', '00-1-1'])(
    '%s is no place',
    (text) => {
      expect(mysqlPositionOrder.parse(`mariadb:${text}`)).toBeUndefined();
    },
  );

  /** A log of one domain, written by several servers one after the other. */
  const log = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 20 });
  const watermarkOf = (servers: readonly number[]): string => {
    const last = servers.at(-1) ?? 0;
    const history = [...new Set(servers)].map(
      (server) => `0-${server}-${servers.lastIndexOf(server) + 1}`,
    );
    return `mariadb:0-${last}-${servers.length};${history.join(',')}`;
  };

  test('rule 10: what a fork cut off is cut off once the new history is beyond it, for any fork', () => {
    fc.assert(
      fc.property(log, log, fc.nat(), (shared, own, at) => {
        // Server 4 goes on after `shared`, while the old primary, 5, wrote `at` more by itself.
        const sequence = shared.length + 1 + (at % 5);
        const watermark = watermarkOf([...shared, 5, ...own.map(() => 4)]);
        const lost = relate(`mariadb:0-5-${sequence + 1}`, watermark);
        const isBeyond = shared.length + 1 + own.length >= sequence + 1;
        expect(lost).toBe(isBeyond ? 'cut_off' : 'pending');
      }),
    );
  });

  test('along the transactions of one server each relation is one run, for any log', () => {
    const parse = (text: string): MysqlPosition => {
      const position = mysqlPositionOrder.parse(text);
      if (position === undefined) throw new Error(`not a position: ${text}`);
      return position;
    };
    const watermark = fc
      .tuple(log, fc.boolean())
      .map(([servers, isStrict]) => watermarkOf(servers).split(isStrict ? '\n' : ';')[0] ?? '');
    fc.assert(
      fc.property(watermark, (text) => {
        const positions = [1, 2, 3, 4].flatMap((server) =>
          Array.from({ length: 25 }, (_, index) => parse(`mariadb:0-${server}-${index + 1}`)),
        );
        expectUnbrokenRuns(mysqlPositionOrder, positions, parse(text));
      }),
    );
  });

  test('every transaction of a history is reached, and none that is to come, for any log', () => {
    fc.assert(
      fc.property(log, log, (before, after) => {
        const whole = [...before, ...after];
        whole.forEach((server, index) => {
          const expected = index < before.length ? 'reached' : 'pending';
          expect(relate(`mariadb:0-${server}-${index + 1}`, watermarkOf(before))).toBe(expected);
        });
      }),
    );
  });
});

test('positions of the two do not compare', () => {
  expect(relate('mariadb:0-1-7', `mysql:${A}:1-9`)).toBe('pending');
  expect(relate(`mysql:${A}:1`, 'mariadb:0-1-7')).toBe('pending');
});

test('toPositionText() takes a server at its word, line breaks and all, or says that it is none', () => {
  expect(toPositionText('mysql', `${A}:1-5:6,\n${B}:1`)).toBe(`mysql:${A}:1-6,${B}:1`);
  expect(toPositionText('mariadb', '0-1-7')).toBe('mariadb:0-1-7');
  expect(toPositionText('mariadb', '')).toBe('mariadb:');
  expect(toPositionText('mysql', '0-1-7')).toBeUndefined();
});
