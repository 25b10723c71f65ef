import { matchAt, toSqlShape } from '../sql/sql-shape.js';
import type { Scanned, SqlShape } from '../sql/sql-shape.js';

export type { SqlShape } from '../sql/sql-shape.js';

/**
 * The shape of `text`, or undefined where it cannot be told: a backslash in a plain string means
 * something else without `standard_conforming_strings`.
 */
export function readSqlShape(text: string): SqlShape | undefined {
  return toSqlShape(text, scanOne);
}

const SKIPPED = /(?:\s+|--[^\n\r]*)/y;
const ESCAPE_STRING = /[eE]'(?:[^'\\]|\\.|'')*'/sy;
const PLAIN_STRING = /(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'/y;
const QUOTED_NAME = /"((?:[^"]|"")+)"/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const PARAMETER_OR_NUMBER = /(?:\$\d+|\.?\d[\w.]*)/y;
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;

function scanOne(text: string, at: number): Scanned | undefined {
  const skipped = matchAt(SKIPPED, text, at);
  if (skipped !== undefined) return { end: at + skipped.length };
  if (text.startsWith('/*', at)) return scanComment(text, at);
  const escaped = matchAt(ESCAPE_STRING, text, at);
  if (escaped !== undefined) return { token: { kind: 'literal' }, end: at + escaped.length };
  const plain = matchAt(PLAIN_STRING, text, at);
  if (plain !== undefined) {
    return plain.includes('\\')
      ? undefined
      : { token: { kind: 'literal' }, end: at + plain.length };
  }
  const quoted = matchAt(QUOTED_NAME, text, at);
  if (quoted !== undefined) {
    const name = quoted.slice(1, -1).replaceAll('""', '"');
    return { token: { kind: 'word', name, quoted: true }, end: at + quoted.length };
  }
  const word = matchAt(WORD, text, at);
  if (word !== undefined) return scanWord(text, at, word);
  const number = matchAt(PARAMETER_OR_NUMBER, text, at);
  if (number !== undefined) return { token: { kind: 'literal' }, end: at + number.length };
  const dollar = matchAt(DOLLAR_QUOTE, text, at);
  if (dollar !== undefined) return scanDollarQuoted(text, at, dollar);
  const symbol = text.charAt(at);
  return symbol === "'" || symbol === '"'
    ? undefined
    : { token: { kind: 'symbol', symbol }, end: at + 1 };
}

function scanWord(text: string, at: number, word: string): Scanned | undefined {
  const end = at + word.length;
  // U&"…" may spell any name with escapes, and E'…' that did not match above does not end.
  const quote = text.slice(end, end + 2);
  if (/^u$/i.test(word) && quote === '&"') return undefined;
  if (quote.startsWith("'") && /^[ebxn]$/i.test(word)) return undefined;
  return { token: { kind: 'word', name: word.toLowerCase(), quoted: false }, end };
}

/** Comments nest. */
function scanComment(text: string, start: number): Scanned | undefined {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    if (text.startsWith('/*', at)) {
      depth += 1;
      at += 2;
    } else if (text.startsWith('*/', at)) {
      depth -= 1;
      at += 2;
      if (depth === 0) return { end: at };
    } else {
      at += 1;
    }
  }
  return undefined;
}

function scanDollarQuoted(text: string, at: number, tag: string): Scanned | undefined {
  const close = text.indexOf(tag, at + tag.length);
  return close < 0 ? undefined : { token: { kind: 'literal' }, end: close + tag.length };
}
