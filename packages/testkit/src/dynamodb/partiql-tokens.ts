import { DynamoDBFault } from './dynamodb-fault.js';

export interface Token {
  /** `name`: in double quotes; `text`: in single ones. Both without them. */
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'symbol';
  readonly text: string;
}

const TOKEN =
  /\s*(?:(?<word>[A-Za-z_]\w*)|"(?<name>(?:[^"]|"")*)"|'(?<text>(?:[^']|'')*)'|(?<number>-?\d[\d.]*(?:[eE][+-]?\d+)?)|(?<symbol><<|>>|<=|>=|<>|[=<>?{}[\]():,.*+-]))/y;

/** Throws a `ValidationException` for what is no token. */
export function tokenize(statement: string): Token[] {
  const text = statement.trim();
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match) {
      throw new DynamoDBFault('ValidationException', "Statement wasn't well formed");
    }
    const groups = Object.entries(match.groups ?? {}) as [Token['kind'], string | undefined][];
    const [kind, raw = ''] = groups.find(([, found]) => found !== undefined) ?? ['symbol', ''];
    const isQuoted = kind === 'name' || kind === 'text';
    tokens.push({ kind, text: isQuoted ? raw.replace(/(["'])\1/g, '$1') : raw });
  }
  return tokens;
}
