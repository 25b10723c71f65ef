import { describe, expect, it } from 'vitest';
import {
  committedWrite,
  isCommit,
  isCopyOfTable,
  isPureRead,
  isSessionStatement,
  mayCommit,
  mayCommitAndFail,
  toStatement,
} from './statement-kind.js';

const functions = {
  pure: new Set(['lower', 'count', 'now']),
  volatile: new Set(['nextval', 'random']),
};

describe('isPureRead', () => {
  it.each([
    'SELECT a, b FROM posts WHERE id = $1',
    'SELECT lower(a), COUNT(*) FROM posts GROUP BY (a)',
    'VALUES (1), (2)',
    'TABLE posts',
    'WITH p AS (SELECT 1) SELECT * FROM p WHERE EXISTS (SELECT 1)',
  ])('%s is one', (text) => {
    expect(isPureRead(toStatement(text), functions)).toBe(true);
  });

  it.each([
    'SELECT nextval($1)',
    'SELECT unheard_of()',
    'SELECT posts.random FROM posts',
    'SELECT "nextval"($1)',
    'SELECT "COUNT"(*) FROM posts',
    'SELECT 1 INTO t',
    'SELECT 1 FROM posts FOR UPDATE',
    'WITH d AS (DELETE FROM posts RETURNING 1) SELECT 1',
    'SELECT 1; SELECT 2',
    'UPDATE posts SET a = 1',
    'EXECUTE prepared',
    "SELECT '\\'",
    '',
  ])('%s cannot be proven one', (text) => {
    expect(isPureRead(toStatement(text), functions)).toBe(false);
  });

  it('without the names of functions only a statement that calls none is one', () => {
    expect(isPureRead(toStatement('SELECT a FROM posts'), undefined)).toBe(true);
    expect(isPureRead(toStatement('SELECT lower(a) FROM posts'), undefined)).toBe(false);
    expect(isPureRead(toStatement(undefined), functions)).toBe(false);
  });
});

describe('isCopyOfTable', () => {
  it.each([
    ['COPY posts TO STDOUT WITH (FORMAT csv)', true],
    ['COPY posts FROM STDIN', false],
    ["COPY posts TO PROGRAM 'stdout'", false],
    ["COPY posts TO 'file'", false],
    ['COPY (DELETE FROM posts RETURNING id) TO STDOUT', false],
    ['COPY posts TO STDOUT; DELETE FROM posts', false],
  ])('%s: %j', (text, expected) => {
    expect(isCopyOfTable(toStatement(text))).toBe(expected);
  });
});

describe('the end of a transaction', () => {
  it.each([
    // text, session statement outside, inside, commit, may commit, may commit and fail
    ['COMMIT', true, false, true, true, false],
    ['end work', true, false, true, true, false],
    ["COMMIT PREPARED 'x'", false, false, false, true, false],
    ["PREPARE TRANSACTION 'x'", true, true, false, false, false],
    ['ROLLBACK TO s', true, true, false, false, false],
    ['EXPLAIN DELETE FROM posts', true, true, false, false, false],
    ['EXPLAIN (ANALYZE) DELETE FROM posts', false, false, false, false, false],
    ['INSERT INTO posts VALUES (1)', false, false, false, false, false],
    ['SELECT CASE WHEN true THEN 1 END', false, false, false, false, false],
    ['CALL commits()', false, false, false, false, true],
    ['SELECT 1; COMMIT', false, false, false, true, true],
    ['SELECT 1; SELECT 2', false, false, false, true, false],
    ["SELECT '\\'", false, false, false, true, true],
  ])('%s', (text, outside, inside, commit, mayCommitNow, mayFail) => {
    const statement = toStatement(text);
    expect([
      isSessionStatement(statement, false),
      isSessionStatement(statement, true),
      isCommit(statement),
      mayCommit(statement),
      mayCommitAndFail(statement),
    ]).toEqual([outside, inside, commit, mayCommitNow, mayFail]);
  });
});

describe('committedWrite', () => {
  it.each([
    [['INSERT'], false, true],
    [['SELECT'], false, true],
    [['SHOW'], false, false],
    [['BEGIN', 'INSERT'], true, false],
    [['INSERT', 'COMMIT', 'BEGIN'], true, true],
    [['BEGIN', 'INSERT', 'COMMIT'], false, true],
    [['ROLLBACK'], false, false],
    [['SET', 'MADE_UP'], false, true],
    [[null], false, false],
  ])('%j, in a transaction after it: %j: %j', (commands, inTransaction, expected) => {
    const results = commands.map((command) => ({ command }));
    expect(committedWrite(results, inTransaction)).toBe(expected);
  });
});
