/**
 * Reads the documented forms of PartiQL for DynamoDB, for the emulation:
 *
 *   INSERT INTO table VALUE item
 *   UPDATE table [SET path = operand | REMOVE path] … WHERE conditions [RETURNING …]
 *   DELETE FROM table WHERE conditions [RETURNING ALL OLD *]
 *   SELECT * | path, … FROM table[.index] [WHERE conditions] [ORDER BY key [ASC | DESC]]
 *   EXISTS (SELECT …)
 *
 * Conditions are joined by AND. Everything else is refused with a `ValidationException`, also what
 * DynamoDB would take (OR, NOT, set functions): nothing is misread.
 */
import { DynamoDBFault } from './dynamodb-fault.js';
import type { AttributeValue, Item } from './item.js';
import { type Token, tokenize } from './partiql-tokens.js';

export type Path = readonly string[];

export interface Condition {
  readonly path: Path;
  readonly operator: string;
  readonly values: readonly AttributeValue[];
}

export interface Assignment {
  readonly path: Path;
  /** `path = value`, or `path = path + value`; undefined: removed. */
  readonly value: AttributeValue | undefined;
  readonly added?: { readonly to: Path; readonly sign: '+' | '-' };
}

export interface ParsedStatement {
  readonly verb: 'INSERT' | 'UPDATE' | 'DELETE' | 'SELECT' | 'EXISTS';
  readonly table: string;
  readonly index?: string | undefined;
  readonly item?: Item;
  readonly assignments: readonly Assignment[];
  readonly conditions: readonly Condition[];
  /** Undefined: everything. */
  readonly projection?: readonly Path[] | undefined;
  readonly isDescending?: boolean;
  /** As `ReturnValues` has it. */
  readonly returned?: string | undefined;
}

/** `parameters`: the values of the question marks, in their order. Throws a `DynamoDBFault`. */
export function parsePartiql(
  statement: string,
  parameters: readonly AttributeValue[],
): ParsedStatement {
  return new Parser(tokenize(statement), parameters).parse();
}

const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>=']);
const FUNCTIONS: ReadonlySet<string> = new Set(['begins_with', 'contains']);
const LITERALS = new Map<string, AttributeValue>([
  ['TRUE', { BOOL: true }],
  ['FALSE', { BOOL: false }],
  ['NULL', { NULL: true }],
]);

class Parser {
  readonly #tokens: readonly Token[];
  readonly #parameters: readonly AttributeValue[];
  #at = 0;
  #parameterAt = 0;

  constructor(tokens: readonly Token[], parameters: readonly AttributeValue[]) {
    this.#tokens = tokens;
    this.#parameters = parameters;
  }

  parse(): ParsedStatement {
    const parsed = this.#parseStatement();
    if (this.#peek !== undefined) throw this.#unexpected();
    if (this.#parameterAt === this.#parameters.length) return parsed;
    throw invalid("Number of parameters in request and statement don't match.");
  }

  #parseStatement(): ParsedStatement {
    switch (this.#word()) {
      case 'INSERT':
        return this.#parseInsert();
      case 'UPDATE':
        return this.#parseUpdate();
      case 'DELETE':
        this.#expect('FROM');
        return { ...this.#parseTarget('DELETE'), returned: this.#parseReturning() };
      case 'SELECT':
        return this.#parseSelect('SELECT');
      case 'EXISTS':
        return this.#parseExists();
      default:
        throw this.#unexpected();
    }
  }

  #parseInsert(): ParsedStatement {
    this.#expect('INTO');
    const table = this.#name();
    this.#expect('VALUE');
    const { M: item } = this.#value();
    if (item === undefined) throw invalid('An item to insert must be a map');
    return { verb: 'INSERT', table, item: item as Item, assignments: [], conditions: [] };
  }

  #parseUpdate(): ParsedStatement {
    const table = this.#name();
    const assignments: Assignment[] = [];
    for (;;) {
      if (this.#take('SET')) assignments.push(this.#parseAssignment());
      else if (this.#take('REMOVE')) assignments.push({ path: this.#path(), value: undefined });
      else break;
    }
    if (assignments.length === 0) throw this.#unexpected();
    const conditions = this.#parseWhere();
    return { verb: 'UPDATE', table, assignments, conditions, returned: this.#parseReturning() };
  }

  #parseAssignment(): Assignment {
    const path = this.#path();
    this.#expect('=');
    if (!this.#isPathNext) return { path, value: this.#value() };
    const to = this.#path();
    const sign = this.#take('+') ? '+' : '-';
    if (sign === '-') this.#expect('-');
    return { path, value: this.#value(), added: { to, sign } };
  }

  #parseSelect(verb: 'SELECT' | 'EXISTS'): ParsedStatement {
    const projection = this.#take('*') ? undefined : this.#list(() => this.#path());
    this.#expect('FROM');
    const target = this.#parseTarget(verb);
    if (!this.#take('ORDER')) return { ...target, projection };
    this.#expect('BY');
    this.#path();
    const isDescending = this.#take('DESC');
    if (!isDescending) this.#take('ASC');
    return { ...target, projection, isDescending };
  }

  #parseExists(): ParsedStatement {
    this.#expect('(');
    this.#expect('SELECT');
    const parsed = this.#parseSelect('EXISTS');
    this.#expect(')');
    return parsed;
  }

  #parseTarget(verb: ParsedStatement['verb']): ParsedStatement {
    const table = this.#name();
    const index = this.#take('.') ? this.#name() : undefined;
    return { verb, table, index, assignments: [], conditions: this.#parseWhere() };
  }

  #parseWhere(): Condition[] {
    const conditions: Condition[] = [];
    if (!this.#take('WHERE')) return conditions;
    do conditions.push(this.#parseCondition());
    while (this.#take('AND'));
    return conditions;
  }

  #parseCondition(): Condition {
    const path = this.#path();
    const [operator = ''] = path;
    if (FUNCTIONS.has(operator) && this.#take('(')) {
      const of = this.#path();
      this.#expect(',');
      const values = [this.#value()];
      this.#expect(')');
      return { path: of, operator, values };
    }
    if (this.#take('BETWEEN')) {
      const low = this.#value();
      this.#expect('AND');
      return { path, operator: 'BETWEEN', values: [low, this.#value()] };
    }
    if (this.#take('IN')) {
      const { L: values } = this.#value();
      return { path, operator: 'IN', values: values as readonly AttributeValue[] };
    }
    const compared = this.#peek?.text ?? '';
    if (!COMPARISONS.has(compared)) throw this.#unexpected();
    this.#at += 1;
    return { path, operator: compared, values: [this.#value()] };
  }

  /** As `ReturnValues`. */
  #parseReturning(): string | undefined {
    if (!this.#take('RETURNING')) return undefined;
    const scope = this.#take('MODIFIED') ? 'UPDATED' : this.#take('ALL') && 'ALL';
    const age = this.#take('OLD') ? 'OLD' : this.#take('NEW') && 'NEW';
    if (scope === false || age === false) throw this.#unexpected();
    this.#expect('*');
    return `${scope}_${age}`;
  }

  #value(): AttributeValue {
    const token = this.#peek;
    if (token === undefined) throw this.#unexpected();
    this.#at += 1;
    if (token.kind === 'text') return { S: token.text };
    if (token.kind === 'number') return { N: token.text };
    if (token.kind === 'word') {
      const literal = LITERALS.get(token.text.toUpperCase());
      if (literal) return literal;
    }
    if (token.text === '?') return this.#parameter();
    if (token.text === '{') return { M: this.#map() };
    if (token.text === '<<') return this.#set();
    if (token.text !== '[' && token.text !== '(') throw this.#unexpected();
    const end = token.text === '[' ? ']' : ')';
    const L = this.#take(end) ? [] : this.#list(() => this.#value());
    if (L.length > 0) this.#expect(end);
    return { L };
  }

  #parameter(): AttributeValue {
    const value = this.#parameters[this.#parameterAt];
    if (value === undefined) {
      throw invalid("Number of parameters in request and statement don't match.");
    }
    this.#parameterAt += 1;
    return value;
  }

  #map(): Item {
    const entries = this.#list((): [string, AttributeValue] => {
      const name = this.#peek;
      if (name?.kind !== 'text') throw this.#unexpected();
      this.#at += 1;
      this.#expect(':');
      return [name.text, this.#value()];
    });
    this.#expect('}');
    return Object.fromEntries(entries);
  }

  #set(): AttributeValue {
    const values = this.#list(() => this.#value());
    this.#expect('>>');
    const [type = 'S'] = Object.keys(values[0] ?? {});
    return { [`${type}S`]: values.map((value) => value[type]) };
  }

  #list<T>(parse: () => T): T[] {
    const parsed: T[] = [];
    do parsed.push(parse());
    while (this.#take(','));
    return parsed;
  }

  #path(): Path {
    const path = [this.#name()];
    while (this.#take('.')) path.push(this.#name());
    return path;
  }

  get #isPathNext(): boolean {
    const { kind, text = '' } = this.#peek ?? {};
    return kind === 'name' || (kind === 'word' && !LITERALS.has(text.toUpperCase()));
  }

  #name(): string {
    const token = this.#peek;
    if (token?.kind !== 'word' && token?.kind !== 'name') throw this.#unexpected();
    this.#at += 1;
    return token.text;
  }

  #word(): string {
    return this.#name().toUpperCase();
  }

  get #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #take(text: string): boolean {
    const token = this.#peek;
    const isIt = token?.kind === 'word' ? token.text.toUpperCase() === text : isSymbol(token, text);
    if (isIt) this.#at += 1;
    return isIt;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#unexpected();
  }

  #unexpected(): DynamoDBFault {
    const { text = 'its end' } = this.#peek ?? {};
    return invalid(`Statement wasn't well formed, can't be processed: unexpected ${text}`);
  }
}

function isSymbol(token: Token | undefined, text: string): boolean {
  return token?.kind === 'symbol' && token.text === text;
}

function invalid(message: string): DynamoDBFault {
  return new DynamoDBFault('ValidationException', message);
}
