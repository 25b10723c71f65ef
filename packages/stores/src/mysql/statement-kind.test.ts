import { describe, expect, test } from 'vitest';
import {
  isRead,
  isRepeatable,
  isSessionStatement,
  mayCommitAndFail,
  staysInTransaction,
  toStatement,
} from './statement-kind.js';

const statement = (text: string): ReturnType<typeof toStatement> => toStatement(text, true);

describe('isRead()', () => {
  test.each([
    'SELECT 1',
    '  select * from posts where body = "a\\"; DELETE" -- comment',
    "SELECT 'it\\'s; UPDATE' FROM posts # end",
    'SELECT COUNT(*), MAX(id), IF(a IN (1, 2), CONCAT(a, b), NULL) FROM posts',
    '(SELECT 1) UNION (SELECT 2)',
    'WITH a AS (SELECT 1) SELECT * FROM a',
    'SELECT /*+ MAX_EXECUTION_TIME(1000) */ `f(x)` FROM `update`',
    'SELECT * FROM posts FOR UPDATE',
    'SELECT 5--1',
    'SHOW TABLES',
    'EXPLAIN SELECT 1',
    'SELECT ?, ?? FROM posts WHERE id IN (?)',
    'SELECT REPLACE(body, 1, 2), INSERT(body, 1, 2, 3) FROM posts',
  ])('%s reads', (text) => {
    expect(isRead(statement(text))).toBe(true);
  });

  test.each([
    'SELECT f()',
    'SELECT db.count(x)',
    'SELECT `count`(x) FROM a, b WHERE g(1)',
    'SELECT "f"(1)',
    'SELECT ??(1)',
    'SELECT NEXT VALUE FOR numbers',
    'SELECT NEXTVAL(numbers)',
    'SELECT 1; SELECT 2',
    'SELECT /*! f() */ 1',
    'SELECT /*M! f() */ 1',
    "SELECT 'no end",
    'WITH a AS (SELECT 1) DELETE FROM posts',
    'ANALYZE SELECT 1',
    'EXPLAIN ANALYZE SELECT 1',
    'INSERT INTO posts VALUES (1) RETURNING id',
    'CALL p()',
    'EXECUTE s',
    'HANDLER posts READ FIRST',
    '',
  ])('%s may write', (text) => {
    expect(isRead(statement(text))).toBe(false);
  });

  test('what nobody knows may write', () => {
    expect(isRead(toStatement(undefined, true))).toBe(false);
  });

  test('a backslash is a backslash where it does not escape', () => {
    expect(isRead(toStatement("SELECT '\\', f() -- '", false))).toBe(false);
    expect(isRead(toStatement("SELECT '\\', f() -- '", true))).toBe(true);
  });
});

test.each([
  ['SELECT 1', true],
  ['SELECT * FROM posts FOR UPDATE', false],
  ['SELECT * FROM posts LOCK IN SHARE MODE', false],
  ['SELECT body INTO @b FROM posts', false],
  ['SELECT @b := body FROM posts', false],
  ['SELECT ROW_COUNT()', false],
  ['SELECT LAST_INSERT_ID()', false],
  ['SHOW WARNINGS', false],
])('isRepeatable(%s) is %s', (text, expected) => {
  expect(isRepeatable(statement(text))).toBe(expected);
});

test.each([
  ['BEGIN', false, true],
  ['BEGIN', true, false],
  ['START TRANSACTION READ ONLY', false, true],
  ['START SLAVE', false, false],
  ['COMMIT', true, false],
  ['ROLLBACK', true, true],
  ['SET NAMES utf8mb4', false, true],
  ['SET @a = 1', false, true],
  ['SET @a = (SELECT 1)', false, false],
  ['SET @a = f()', false, false],
  ['SET autocommit = 1', true, false],
  ['SET STATEMENT max_statement_time = 1 FOR DELETE FROM posts', false, false],
  ["SET PASSWORD = 'x'", false, false],
  ['SET DEFAULT ROLE admin TO me', false, false],
  ['BEGIN; DELETE FROM posts', false, false],
])('isSessionStatement(%s), in a transaction: %s, is %s', (text, inTransaction, expected) => {
  expect(isSessionStatement(statement(text), inTransaction)).toBe(expected);
});

test('a transaction goes on after rows, and may end with anything else', () => {
  for (const text of [
    'INSERT INTO posts VALUES (1)',
    'SELECT f()',
    'REPLACE INTO posts VALUES (1)',
  ]) {
    expect(staysInTransaction(statement(text))).toBe(true);
  }
  for (const text of [
    'CALL p()',
    'CREATE TABLE a (id INT)',
    'COMMIT',
    'EXECUTE s',
    'SELECT 1; COMMIT',
  ]) {
    expect(staysInTransaction(statement(text))).toBe(false);
  }
});

test('a procedure and several statements can commit although they fail', () => {
  expect(mayCommitAndFail(statement('CALL p()'))).toBe(true);
  expect(mayCommitAndFail(statement('DELETE FROM a; SELEC'))).toBe(true);
  expect(mayCommitAndFail(statement('DELETE FROM a'))).toBe(false);
});
