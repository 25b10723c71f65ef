import { expect, test } from 'vitest';
import { listFunctionLengths, median } from './function-lengths.js';

test('functions with a body in braces count from their first line to their last', () => {
  const source = [
    '/** A comment is no part of it. */',
    'export function outer(): void {',
    '  const short = () => 1;',
    '  const long = () => {',
    '    short();',
    '  };',
    '  long();',
    '}',
    'class A { method(): void {} }',
    'declare function without(): void;',
  ].join('\n');
  expect(listFunctionLengths('a.ts', source)).toEqual([7, 3, 1]);
});

test.each([
  [[], 0],
  [[3], 3],
  [[1, 9, 5], 5],
  [[1, 2, 10, 3], 3],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});
