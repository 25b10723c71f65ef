/**
 * The shape of a PartiQL statement: its verb, its table, the values that it gives to attributes, and
 * where a marker can be added. What it does not understand it leaves out; it is no judge of syntax.
 */
export interface Statement {
  readonly verb: 'INSERT' | 'UPDATE' | 'DELETE' | 'SELECT';
  readonly table: string;
  readonly index: string | undefined;
  /** Attributes that are given a value by the item inserted, or by `=` in a `WHERE` without `OR`. */
  readonly values: ReadonlyMap<string, StatementValue>;
  /** Where `'rv_bid': …,` or ` SET rv_bid = …` goes; undefined where there is no place. */
  readonly markAt: number | undefined;
}

/** A literal, or the number of a parameter, from 0. */
export type StatementValue = { readonly S: string } | { readonly N: string } | number;

interface Token {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'mark';
  readonly text: string;
  readonly end: number;
}

const TOKEN =
  /\s*(?:(?<word>[A-Za-z_][\w]*)|"(?<name>(?:[^"]|"")*)"|'(?<text>(?:[^']|'')*)'|(?<number>-?\d[\d.eE+-]*)|(?<mark>[^\s]))/y;

/** Undefined for what is no statement about one table, such as `EXISTS (…)`. */
export function parseStatement(statement: string): Statement | undefined {
  const tokens = tokenize(statement);
  const verb = tokens[0]?.text.toUpperCase();
  if (verb === 'INSERT') return parseInsert(tokens);
  if (verb === 'UPDATE') return parseKeyed(tokens, 'UPDATE', 1);
  const from = tokens.findIndex(({ kind, text }) => kind === 'word' && /^from$/i.test(text));
  if (from === -1 || (verb !== 'DELETE' && verb !== 'SELECT')) return undefined;
  return parseKeyed(tokens, verb, from + 1);
}

function tokenize(statement: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(statement); match; match = TOKEN.exec(statement)) {
    const entries = Object.entries(match.groups ?? {}) as [Token['kind'], string | undefined][];
    const [kind, raw = ''] = entries.find(([, text]) => text !== undefined) ?? ['mark', ''];
    const text = kind === 'name' || kind === 'text' ? raw.replace(/(["'])\1/g, '$1') : raw;
    tokens.push({ kind, text, end: TOKEN.lastIndex });
  }
  return tokens;
}

/** `INSERT INTO table VALUE { 'name': value, … }` */
function parseInsert(tokens: readonly Token[]): Statement | undefined {
  const table = tokens[2];
  const open = tokens.findIndex(({ text, kind }) => kind === 'mark' && text === '{');
  const brace = tokens[open];
  if (!table || !brace) return undefined;
  const values = new Map<string, StatementValue>();
  let depth = 0;
  tokens.forEach((token, index) => {
    if (token.kind === 'mark' && '{[(<'.includes(token.text)) depth += 1;
    if (token.kind === 'mark' && '}])>'.includes(token.text)) depth -= 1;
    const isEntry = depth === 1 && tokens[index + 1]?.text === ':';
    if (isEntry) addValue(values, token.text, tokens, index + 2);
  });
  const { text } = table;
  return { verb: 'INSERT', table: text, index: undefined, values, markAt: brace.end };
}

function parseKeyed(
  tokens: readonly Token[],
  verb: Statement['verb'],
  tableAt: number,
): Statement | undefined {
  const table = tokens[tableAt];
  if (!table) return undefined;
  const index = tokens[tableAt + 1]?.text === '.' ? tokens[tableAt + 2]?.text : undefined;
  const markAt = verb === 'UPDATE' ? table.end : undefined;
  return { verb, table: table.text, index, values: readConditions(tokens), markAt };
}

function readConditions(tokens: readonly Token[]): Map<string, StatementValue> {
  const values = new Map<string, StatementValue>();
  const isWord = (token: Token, word: RegExp): boolean =>
    token.kind === 'word' && word.test(token.text);
  const where = tokens.findIndex((token) => isWord(token, /^where$/i));
  if (where === -1 || tokens.slice(where).some((token) => isWord(token, /^(or|not)$/i))) {
    return values;
  }
  for (let index = where + 1; index < tokens.length; index++) {
    const token = tokens[index];
    const before = tokens[index - 1];
    const isName = token?.kind === 'name' || token?.kind === 'word';
    if (!token || !isName || tokens[index + 1]?.text !== '=') continue;
    // `a.b = …` says nothing of an attribute `b`.
    if (before?.text !== '.') addValue(values, token.text, tokens, index + 2);
  }
  return values;
}

function addValue(
  values: Map<string, StatementValue>,
  name: string,
  tokens: readonly Token[],
  at: number,
): void {
  const token = tokens[at];
  if (token?.kind === 'text') values.set(name, { S: token.text });
  if (token?.kind === 'number') values.set(name, { N: token.text });
  if (token?.kind !== 'mark' || token.text !== '?') return;
  const isParameter = ({ kind, text }: Token): boolean => kind === 'mark' && text === '?';
  values.set(name, tokens.slice(0, at).filter(isParameter).length);
}
