import { PURE_FUNCTIONS } from './pure-functions.js';
import { readSqlShape } from './sql-shape.js';
import type { SqlShape } from './sql-shape.js';

/**
 * What can be said of a statement before it runs, without parsing SQL. Every answer errs to one
 * side: a statement is a write, may end a transaction, or must not be repeated, unless its
 * text proves otherwise.
 */
export interface Statement {
  readonly text: string | undefined;
  /** Absent: not known, or it could be read in two ways. */
  readonly shape?: SqlShape;
}

export function toStatement(text: string | undefined, backslashEscapes: boolean): Statement {
  const shape = text === undefined ? undefined : readSqlShape(text, backslashEscapes);
  return shape === undefined ? { text } : { text, shape };
}

const READ_STARTS: ReadonlySet<string> = new Set([
  'DESC', 'DESCRIBE', 'EXPLAIN', 'HELP', 'SELECT', 'SHOW', 'TABLE', 'VALUES', 'WITH',
]); // prettier-ignore
const WRITE_WORDS: readonly string[] = ['DELETE', 'INSERT', 'UPDATE'];

/**
 * Whether the statement certainly writes no table: one query that calls only the server's own
 * functions. A view can hide a stored function from this (docs/reference/mysql.md).
 */
export function isRead({ shape, text }: Statement): boolean {
  const first = onlyStatementStart(shape);
  if (shape === undefined || first === undefined || !READ_STARTS.has(first)) return false;
  const { words, calls } = shape;
  if (first === 'WITH' && WRITE_WORDS.some((word) => words.has(word))) return false;
  if (words.has('ANALYZE') || words.has('PROCEDURE')) return false;
  // `NEXT VALUE FOR` takes a number from a sequence, and a placeholder can be the name of a function.
  if ((words.has('NEXT') && words.has('VALUE')) || /\?\s*\(/.test(text ?? '')) return false;
  return calls.every(({ name, parenthesised, qualified }) => {
    if (!parenthesised) return true;
    return qualified !== true && PURE_FUNCTIONS.has(name);
  });
}

/** Whether it may also be issued twice, or elsewhere: it locks nothing and sets no variable. */
export function isRepeatable(statement: Statement): boolean {
  const { shape, text = '' } = statement;
  if (shape === undefined || !isRead(statement)) return false;
  if (text.includes(':=')) return false;
  return !['FOR', 'INTO', 'LOCK'].some((word) => shape.words.has(word)) && !asksOfLast(statement);
}

/** Asks what the statement before it did: another between the two would change the answer. */
export function asksOfLast({ text = '' }: Statement): boolean {
  return /found_rows|row_count|last_insert_id|warning|error|diagnostics/i.test(text);
}

/** May change what is known of the session. */
export function changesSession({ text }: Statement): boolean {
  return text === undefined || /session_track|sql_mode|read_only/i.test(text);
}

/** About the session or the transaction: neither reads nor writes a table, and commits nothing. */
export function isSessionStatement({ shape }: Statement, mayBeInTransaction: boolean): boolean {
  const first = onlyStatementStart(shape);
  if (shape === undefined || first === undefined) return false;
  switch (first) {
    case 'BEGIN':
      return !mayBeInTransaction;
    case 'START':
      return !mayBeInTransaction && shape.words.has('TRANSACTION');
    case 'COMMIT':
      return !mayBeInTransaction;
    case 'RELEASE':
    case 'ROLLBACK':
    case 'SAVEPOINT':
    case 'USE':
      return true;
    case 'SET':
      return isPlainSet(shape);
    default:
      return false;
  }
}

/** `SET` commits by way of `autocommit`, reads by a subquery, and writes in these forms. */
const SET_WORDS: readonly string[] = ['AUTOCOMMIT', 'DEFAULT', 'PASSWORD', 'SELECT', 'STATEMENT'];

function isPlainSet({ words, calls }: SqlShape): boolean {
  return (
    !SET_WORDS.some((word) => words.has(word)) && calls.every(({ parenthesised }) => !parenthesised)
  );
}

const DATA_STARTS: ReadonlySet<string> = new Set([
  'DELETE', 'DO', 'INSERT', 'REPLACE', 'SELECT', 'SHOW', 'TABLE', 'UPDATE', 'VALUES', 'WITH',
]); // prettier-ignore

/** Whether the transaction in progress goes on after this statement. */
export function staysInTransaction({ shape }: Statement): boolean {
  const first = onlyStatementStart(shape);
  return first !== undefined && DATA_STARTS.has(first);
}

const COUNTED_STARTS: ReadonlySet<string> = new Set(['DELETE', 'INSERT', 'REPLACE', 'UPDATE']);

/** Whether the number of rows that the server reports is all that the statement can have written. */
export function isCounted({ shape }: Statement): boolean {
  const first = onlyStatementStart(shape);
  return first !== undefined && COUNTED_STARTS.has(first);
}

/** Whether part of the statement can be committed although it failed. */
export function mayCommitAndFail({ shape }: Statement): boolean {
  return shape?.statementCount !== 1 || ['CALL', 'EXECUTE'].includes(shape.leadingWords[0] ?? '');
}

/** The first word of the only statement in the text. */
function onlyStatementStart(shape: SqlShape | undefined): string | undefined {
  return shape?.statementCount === 1 ? shape.leadingWords[0] : undefined;
}
