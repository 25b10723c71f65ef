import { matchAt, toSqlShape } from '../sql/sql-shape.js';
import type { Scanned, Scanner, SqlShape } from '../sql/sql-shape.js';

export type { SqlShape } from '../sql/sql-shape.js';

/**
 * The shape of `text`, or undefined where it cannot be told: the server executes what stands in
 * comments that begin with an exclamation mark. What is in double quotes is a string or a
 * name, by `sql_mode`; either way it is no word.
 *
 * @param backslashEscapes whether a backslash in a string escapes (`NO_BACKSLASH_ESCAPES` is not set)
 */
export function readSqlShape(text: string, backslashEscapes: boolean): SqlShape | undefined {
  return toSqlShape(text, backslashEscapes ? scanWithEscapes : scanWithoutEscapes);
}

/** Two hyphens begin a comment only before white space. */
const SKIPPED = /(?:\s+|#[^\n]*|--(?=\s|$)[^\n]*)/y;
const COMMENT = /\/\*(?!!|M!)(?:[^*]|\*(?!\/))*\*\//y;
const QUOTED_NAME = /`((?:[^`]|``)+)`/y;
const WORD = /[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /\.?\d[\w.]*/y;
const ESCAPED = { single: /'(?:[^'\\]|\\.|'')*'/sy, double: /"(?:[^"\\]|\\.|"")*"/sy };
const PLAIN = { single: /'(?:[^']|'')*'/y, double: /"(?:[^"]|"")*"/y };

const scanWithEscapes: Scanner = (text, at) => scanOne(text, at, ESCAPED);
const scanWithoutEscapes: Scanner = (text, at) => scanOne(text, at, PLAIN);

function scanOne(text: string, at: number, strings: typeof ESCAPED): Scanned | undefined {
  const skipped = matchAt(SKIPPED, text, at) ?? matchAt(COMMENT, text, at);
  if (skipped !== undefined) return { end: at + skipped.length };
  if (text.startsWith('/*', at)) return undefined;
  const string = matchAt(strings.single, text, at);
  if (string !== undefined) return { token: { kind: 'literal' }, end: at + string.length };
  const quoted = matchAt(QUOTED_NAME, text, at) ?? matchAt(strings.double, text, at);
  if (quoted !== undefined) {
    const name = quoted.slice(1, -1);
    return { token: { kind: 'word', name, quoted: true }, end: at + quoted.length };
  }
  const word = matchAt(WORD, text, at);
  if (word !== undefined) {
    return {
      token: { kind: 'word', name: word.toLowerCase(), quoted: false },
      end: at + word.length,
    };
  }
  const number = matchAt(NUMBER, text, at);
  if (number !== undefined) return { token: { kind: 'literal' }, end: at + number.length };
  const symbol = text.charAt(at);
  return /['"`]/.test(symbol) ? undefined : { token: { kind: 'symbol', symbol }, end: at + 1 };
}
