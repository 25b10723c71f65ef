import type { PgClient, QueryCallback, QueryConfig, QueryResult } from './driver.js';
import { toStatement } from './statement-kind.js';
import type { Statement } from './statement-kind.js';

/** A text query as the user issued it. */
export interface UserStatement extends Statement {
  readonly text: string | undefined;
  /** What the driver is given: the user's own object seen through one that has no callback. */
  readonly config: string | object;
  readonly values: unknown;
  /** Travels as plain text: it has no parameters and is not prepared. */
  readonly simple: boolean;
  /** Its rows come in pages, each fetched when the one before it is there. */
  readonly paged: boolean;
}

export interface QueryCall {
  readonly statement: UserStatement;
  readonly callback: QueryCallback | undefined;
}

/**
 * Reads the parameters of `query()` as node-postgres does. Undefined: not a text query, or one that
 * the driver will reject at once.
 */
export function readQueryCall(
  parameters: readonly unknown[],
  client: PgClient | undefined,
): QueryCall | undefined {
  const [first, second, third] = parameters;
  if (typeof first !== 'string' && (typeof first !== 'object' || first === null)) return undefined;
  const given: QueryConfig = typeof first === 'string' ? { text: first } : first;
  const values = typeof second === 'function' ? undefined : second;
  const callback = third ?? (typeof second === 'function' ? second : given.callback);
  if (callback && typeof callback !== 'function') return undefined;
  const text = readText(given, client);
  const config: string | object =
    typeof first === 'string'
      ? first
      : (Object.create(first, {
          callback: { value: undefined, writable: true },
        }) as object);
  return {
    statement: {
      ...toStatement(text),
      text,
      config,
      values,
      simple: isSimple(given, values ?? given.values),
      paged: Boolean(given.rows),
    },
    callback: callback ? (callback as QueryCallback) : undefined,
  };
}

/** Issues the statement on `client`, past the shim. */
export function issue(client: PgClient, { config, values }: UserStatement): Promise<QueryResult> {
  return values === undefined ? client.query(config) : client.query(config, values);
}

/** The text, or that of the statement which was prepared under the same name: it is what runs. */
function readText({ text, name }: QueryConfig, client: PgClient | undefined): string | undefined {
  const prepared =
    typeof name === 'string' ? client?.connection.parsedStatements?.[name] : undefined;
  if (prepared !== undefined) return prepared;
  return typeof text === 'string' && (text !== '' || !name) ? text : undefined;
}

function isSimple({ name, rows, queryMode }: QueryConfig, values: unknown): boolean {
  if (name || rows || queryMode === 'extended') return false;
  return !values || (Array.isArray(values) && values.length === 0);
}
