import type { QueryResult, StatementResult } from './driver.js';
import { readSqlShape } from './sql-shape.js';
import type { SqlShape } from './sql-shape.js';

/**
 * What can be said of a statement before and after it ran, without parsing SQL. Every answer errs
 * to one side: a statement is a write, may end a transaction, or must not be repeated, unless its
 * text or its command tag proves otherwise.
 */
export interface Statement {
  /** Absent: not known, or it could be read in two ways. */
  readonly shape?: SqlShape;
}

export function toStatement(text: string | undefined): Statement {
  const shape = text === undefined ? undefined : readSqlShape(text);
  return shape === undefined ? {} : { shape };
}

/** Names of functions, from `pg_proc`. */
export interface FunctionNames {
  /** Every overload is stable or immutable: PostgreSQL lets none of them write. */
  readonly pure: ReadonlySet<string>;
  /** Some overload is volatile. */
  readonly volatile: ReadonlySet<string>;
}

/** Statements about the session or the transaction: they neither read nor write a table. */
const SESSION_WORDS: ReadonlySet<string> = new Set([
  'ABORT', 'BEGIN', 'CHECKPOINT', 'CLOSE', 'COMMIT', 'DEALLOCATE', 'DISCARD', 'END', 'LISTEN',
  'LOCK', 'NOTIFY', 'PREPARE', 'RELEASE', 'RESET', 'ROLLBACK', 'SAVEPOINT', 'SET', 'SHOW', 'START',
  'UNLISTEN',
]); // prettier-ignore

/**
 * Neither reads nor writes a table, and commits nothing. `EXPLAIN` without `ANALYZE` is one: it
 * plans and does not execute.
 */
export function isSessionStatement({ shape }: Statement, inTransaction: boolean): boolean {
  const first = onlyStatementStart(shape);
  if (shape === undefined || first === undefined) return false;
  if (first === 'EXPLAIN') return !shape.words.has('ANALYZE') && !shape.words.has('ANALYSE');
  if (!SESSION_WORDS.has(first)) return false;
  if (first === 'COMMIT' || first === 'END') return !inTransaction && !shape.words.has('PREPARED');
  return true;
}

/** One `COMMIT` (or `END`) of the transaction in progress. */
export function isCommit({ shape }: Statement): boolean {
  const first = onlyStatementStart(shape);
  return (first === 'COMMIT' || first === 'END') && shape?.words.has('PREPARED') === false;
}

/** Whether the transaction in progress could be over after this statement, and committed. */
export function mayCommit({ shape }: Statement): boolean {
  if (shape === undefined || shape.statementCount > 1) return true;
  return shape.leadingWords[0] === 'COMMIT' || shape.leadingWords[0] === 'END';
}

/** Whether part of the statement can be committed although it failed. */
export function mayCommitAndFail({ shape }: Statement): boolean {
  if (shape === undefined) return true;
  const [first] = shape.leadingWords;
  if (first === 'CALL' || first === 'DO') return true;
  return shape.statementCount > 1 && (shape.words.has('COMMIT') || shape.words.has('END'));
}

const READ_STARTS: ReadonlySet<string> = new Set(['SELECT', 'TABLE', 'VALUES', 'WITH']);
const WRITE_WORDS: readonly string[] = ['DELETE', 'INSERT', 'INTO', 'MERGE', 'UPDATE'];

/** One query without a word that writes; what it calls can still write. */
function isReadByWords({ shape }: Statement): boolean {
  const first = onlyStatementStart(shape);
  return (
    first !== undefined &&
    READ_STARTS.has(first) &&
    !WRITE_WORDS.some((word) => shape?.words.has(word))
  );
}

/** `COPY name TO STDOUT`: a read. Of other forms the words do not tell the direction for certain. */
export function isCopyOfTable({ shape }: Statement): boolean {
  const [, , third] = shape?.leadingWords ?? [];
  const words = shape?.words;
  if (onlyStatementStart(shape) !== 'COPY' || third !== 'TO') return false;
  return words?.has('STDOUT') === true && !words.has('PROGRAM');
}

/** Whether `isPureRead` must know functions to decide. */
export function needsFunctionNames(statement: Statement): boolean {
  return isReadByWords(statement) && (statement.shape?.calls.length ?? 0) > 0;
}

/**
 * Whether the statement certainly has no side effects: one query without a word that writes, which
 * calls only functions that PostgreSQL forbids to write. A view, operator, cast or policy can hide
 * a volatile function from this (docs/reference/postgres.md).
 */
export function isPureRead(statement: Statement, functions: FunctionNames | undefined): boolean {
  if (!isReadByWords(statement)) return false;
  return (statement.shape?.calls ?? []).every(({ name, parenthesised }) => {
    if (functions === undefined || functions.volatile.has(name)) return false;
    return !parenthesised || functions.pure.has(name) || SYNTAX_BEFORE_PARENTHESIS.has(name);
  });
}

/** Keywords that a parenthesis can follow. One that is missing here only makes a read a write. */
const SYNTAX_BEFORE_PARENTHESIS: ReadonlySet<string> = new Set([
  'all', 'and', 'any', 'array', 'as', 'between', 'by', 'case', 'cast', 'coalesce', 'cube',
  'distinct', 'else', 'except', 'exists', 'extract', 'filter', 'from', 'greatest', 'group',
  'grouping', 'having', 'ilike', 'in', 'intersect', 'is', 'join', 'lateral', 'least', 'like',
  'limit', 'materialized', 'not', 'nullif', 'offset', 'on', 'or', 'over', 'partition', 'rollup',
  'row', 'select', 'sets', 'similar', 'some', 'then', 'union', 'using', 'values', 'when', 'where',
  'with', 'within',
]); // prettier-ignore

/** Command tags (their first word) of statements that write nothing. */
const READ_COMMANDS: ReadonlySet<string> = new Set([
  'BEGIN', 'CHECKPOINT', 'CLOSE', 'DEALLOCATE', 'DISCARD', 'FETCH', 'LISTEN', 'LOCK', 'MOVE',
  'NOTIFY', 'PREPARE', 'RELEASE', 'RESET', 'ROLLBACK', 'SAVEPOINT', 'SET', 'SHOW', 'START',
  'UNLISTEN',
]); // prettier-ignore

/**
 * Whether a statement that was not proven a read committed something, by what the server said.
 * `SELECT` does not count as proof (a function, a CTE or `INTO` may have written), nor does
 * `EXPLAIN`, which executes with `ANALYZE`; nor does a count of zero rows, since statement triggers
 * fire for those too.
 */
export function committedWrite(result: QueryResult, inTransactionAfter: boolean): boolean {
  const results: readonly StatementResult[] = Array.isArray(result) ? result : [result];
  const commands = results.map(({ command }) => command?.toUpperCase());
  if (inTransactionAfter && !commands.includes('COMMIT')) return false;
  return commands.some((command) => command !== undefined && !READ_COMMANDS.has(command));
}

/** The first word of the only statement in the text. */
function onlyStatementStart(shape: SqlShape | undefined): string | undefined {
  return shape?.statementCount === 1 ? shape.leadingWords[0] : undefined;
}
