/**
 * As much of a statement's text as a shim must understand: which words it has and which names it
 * calls, with strings and comments left out. Not a parser: where the text could be read in two ways
 * there is no shape, and whoever asks must assume the worst.
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
  /** Named with what it is in: `database.name(`. */
  readonly qualified?: true;
}

/** What a scanner of one dialect makes of a text. */
export type Token =
  | { readonly kind: 'word'; readonly name: string; readonly quoted: boolean }
  | { readonly kind: 'literal' }
  | { readonly kind: 'symbol'; readonly symbol: string };

const LEADING_WORDS_MAX = 3;

/** The shape of `text` as `scanOne` reads it, or undefined where it cannot be told. */
export function toSqlShape(text: string, scanOne: Scanner): SqlShape | undefined {
  const tokens = tokenize(text, scanOne);
  if (tokens === undefined) return undefined;
  const words = new Set<string>();
  const calls: SqlCall[] = [];
  tokens.forEach((token, index) => {
    if (token.kind !== 'word') return;
    if (!token.quoted) words.add(token.name.toUpperCase());
    const parenthesised = isSymbol(tokens[index + 1], '(');
    const afterDot = isSymbol(tokens[index - 1], '.');
    if (!parenthesised && !afterDot) return;
    calls.push({
      name: token.name,
      parenthesised,
      ...(parenthesised && afterDot && { qualified: true }),
    });
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

/** A token, nothing (white space, a comment), and where the text goes on. */
export interface Scanned {
  readonly token?: Token;
  readonly end: number;
}

/** Reads what begins at `at`; undefined where that cannot be told. */
export type Scanner = (text: string, at: number) => Scanned | undefined;

function tokenize(text: string, scanOne: Scanner): Token[] | undefined {
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

/** What the sticky `pattern` finds at `at`. */
export function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
