import { expect, test } from 'vitest';
import { formatTextTable } from './text-table.js';

test('columns are as wide as their widest cell; the first stands left, the others right', () => {
  expect(
    formatTextTable(
      ['', 'with', 'without'],
      [
        ['reads', '1', '2'],
        ['a', '12345', ''],
      ],
    ),
  ).toBe(
    [
      '          with  without',
      '  ─────────────────────',
      '  reads      1        2',
      '  a      12345',
    ].join('\n'),
  );
});
