import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSqlShape } from './sql-shape.js';

describe('readSqlShape', () => {
  it.each([
    ['', 0, []],
    [' ; ;; -- nothing\n', 0, []],
    ['COMMIT', 1, ['COMMIT']],
    ['/* a /* nested */ comment */ commit prepared', 1, ['COMMIT', 'PREPARED']],
    ['-- first\r\nEND; -- last', 1, ['END']],
    ['((SELECT 1))', 1, ['SELECT']],
    ['SELECT 1; SELECT 2;', 2, ['SELECT']],
    ['begin isolation level serializable', 1, ['BEGIN', 'ISOLATION', 'LEVEL']],
    ['"commit"', 1, []],
  ])('%j: %i statements, leading words %j', (text, statementCount, leadingWords) => {
    expect(readSqlShape(text)).toMatchObject({ statementCount, leadingWords });
  });

  it.each([
    "SELECT 'INSERT; -- ''quoted'' /*'",
    "SELECT E'it\\'s; DELETE'",
    "SELECT e'two''quotes; UPDATE'",
    'SELECT "INSERT" FROM "a""b;"',
    'SELECT $$ DELETE; $$, $tag$ $$ MERGE $$ $tag$',
    "SELECT U&'INSERT', b'1', x'ff', N'DELETE'",
    'SELECT $1, $2 /* INSERT */ -- UPDATE',
  ])('sees no words in strings, names and comments: %s', (text) => {
    const shape = readSqlShape(text);
    expect(shape?.statementCount).toBe(1);
    for (const word of ['INSERT', 'UPDATE', 'DELETE', 'MERGE']) {
      expect(shape?.words.has(word)).toBe(false);
    }
  });

  it('lists what could be a call, spelled as the catalog does', () => {
    const text = 'SELECT Lower(a), x.y, s.F (1), "Odd"(2), count(*), o . m FROM t';
    expect(readSqlShape(text)?.calls).toEqual([
      { name: 'lower', parenthesised: true },
      { name: 'y', parenthesised: false },
      { name: 'f', parenthesised: true, qualified: true },
      { name: 'Odd', parenthesised: true },
      { name: 'count', parenthesised: true },
      { name: 'm', parenthesised: false },
    ]);
  });

  it.each([
    ['a backslash in a plain string', "SELECT 'a\\'; DELETE FROM posts; --'"],
    ['a string without an end', "SELECT 'a"],
    ['an escape string without an end', "SELECT E'a\\'"],
    ['a name without an end', 'SELECT "a'],
    ['a comment without an end', 'SELECT 1 /* /* */'],
    ['a dollar quote without an end', 'SELECT $a$ $b$'],
    ['a name in escapes', 'SELECT U&"\\0064elete"()'],
  ])('has no answer for %s', (_, text) => {
    expect(readSqlShape(text)).toBeUndefined();
  });

  it('never throws, whatever the text', () => {
    const piece = fc.constantFrom(
      "'",
      '"',
      '$$',
      '$a$',
      '/*',
      '*/',
      '--',
      '\n',
      ';',
      "E'",
      '\\',
      'a.b(',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string())), (pieces) => {
        expect(() => readSqlShape(pieces.join(''))).not.toThrow();
      }),
    );
  });

  it('a statement hides in no literal: quoting any text leaves one statement', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
        expect(readSqlShape(`SELECT E'${escaped}'`)?.statementCount).toBe(1);
        const doubled = text.replaceAll("'", "''");
        if (!text.includes('\\')) {
          expect(readSqlShape(`SELECT '${doubled}'`)?.statementCount).toBe(1);
        }
      }),
    );
  });
});
