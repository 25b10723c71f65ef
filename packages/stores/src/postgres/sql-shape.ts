/**
 * As much of a statement's text as the shim must understand: which words it has and which names it
 * calls, with strings and comments left out. Not a parser: where the text could be read in two ways
 * (a backslash in a plain string means something else without `standard_conforming_strings`) there
 * is no shape, and whoever asks must assume the worst.
 */
export interface SqlShape {
  /** Statements in the text; empty ones do not count. */
  readonly statementCount: number;
  /** The first words of the first statement in capitals, at most three, up to anything else. */
  readonly leadingWords: readonly string[];
  /** Every word in capitals that is not quoted. */
  readonly words: ReadonlySet<string>;
  /** Every identifier or keyword that is followed by `(` or follows a dot. */
  readonly calls: readonly SqlCall[];
}

export interface SqlCall {
  /** As the catalog would spell it: in lower case unless quoted. */
  readonly name: string;
  /** False: after a dot only, where `row.name` could mean `name(row)`. */
  readonly parenthesised: boolean;
}

type Token =
  | { readonly kind: 'word'; readonly name: string; readonly quoted: boolean }
  | { readonly kind: 'literal' }
  | { readonly kind: 'symbol'; readonly symbol: string };

const LEADING_WORDS_MAX = 3;

/** The shape of `text`, or undefined where it cannot be told. */
export function readSqlShape(text: string): SqlShape | undefined {
  const tokens = tokenize(text);
  if (tokens === undefined) return undefined;
  const words = new Set<string>();
  const calls: SqlCall[] = [];
  tokens.forEach((token, index) => {
    if (token.kind !== 'word') return;
    if (!token.quoted) words.add(token.name.toUpperCase());
    const parenthesised = isSymbol(tokens[index + 1], '(');
    if (parenthesised || isSymbol(tokens[index - 1], '.')) {
      calls.push({ name: token.name, parenthesised });
    }
  });
  return {
    statementCount: countStatements(tokens),
    leadingWords: readLeadingWords(tokens),
    words,
    calls,
  };
}

function countStatements(tokens: readonly Token[]): number {
  return tokens.filter(
    (token, index) => !isSymbol(token, ';') && (index === 0 || isSymbol(tokens[index - 1], ';')),
  ).length;
}

function readLeadingWords(tokens: readonly Token[]): string[] {
  const start = tokens.findIndex((token) => !isSymbol(token, ';') && !isSymbol(token, '('));
  const words: string[] = [];
  for (const token of start < 0 ? [] : tokens.slice(start, start + LEADING_WORDS_MAX)) {
    if (token.kind !== 'word' || token.quoted) break;
    words.push(token.name.toUpperCase());
  }
  return words;
}

function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.symbol === symbol;
}

const SKIPPED = /(?:\s+|--[^\n\r]*)/y;
const ESCAPE_STRING = /[eE]'(?:[^'\\]|\\.|'')*'/sy;
const PLAIN_STRING = /(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'/y;
const QUOTED_NAME = /"((?:[^"]|"")+)"/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const PARAMETER_OR_NUMBER = /(?:\$\d+|\.?\d[\w.]*)/y;
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;

/** A token, nothing (white space, a comment), and where the text goes on. */
interface Scanned {
  readonly token?: Token;
  readonly end: number;
}

function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const scanned = scanOne(text, at);
    if (scanned === undefined) return undefined;
    if (scanned.token !== undefined) tokens.push(scanned.token);
    at = scanned.end;
  }
  return tokens;
}

function scanOne(text: string, at: number): Scanned | undefined {
  const skipped = match(SKIPPED, text, at);
  if (skipped !== undefined) return { end: at + skipped.length };
  if (text.startsWith('/*', at)) return scanComment(text, at);
  const escaped = match(ESCAPE_STRING, text, at);
  if (escaped !== undefined) return { token: { kind: 'literal' }, end: at + escaped.length };
  const plain = match(PLAIN_STRING, text, at);
  if (plain !== undefined) {
    return plain.includes('\\')
      ? undefined
      : { token: { kind: 'literal' }, end: at + plain.length };
  }
  const quoted = match(QUOTED_NAME, text, at);
  if (quoted !== undefined) {
    const name = quoted.slice(1, -1).replaceAll('""', '"');
    return { token: { kind: 'word', name, quoted: true }, end: at + quoted.length };
  }
  const word = match(WORD, text, at);
  if (word !== undefined) return scanWord(text, at, word);
  const number = match(PARAMETER_OR_NUMBER, text, at);
  if (number !== undefined) return { token: { kind: 'literal' }, end: at + number.length };
  const dollar = match(DOLLAR_QUOTE, text, at);
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

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
