import type { PgClient, PgConnection, PgQueryConstructor, QueryResult } from './driver.js';
import { POSITION_COLUMNS } from './server-connection.js';
import type { UserStatement } from './user-statement.js';

type TextRow = readonly (string | null)[];

/** A statement on its way, and the question for the position that travels right behind it. */
export interface WriteInFlight {
  /** As `client.query` would settle. */
  readonly result: Promise<QueryResult>;
  /** `POSITION_COLUMNS` as they were after the statement; empty if the server did not tell. */
  readonly position: Promise<TextRow>;
}

/**
 * Whether the question for the position may travel right behind the statement. Not behind one that
 * makes the server listen for something else than the next statement (`COPY … FROM STDIN`, a portal
 * read in pages), and not behind one that could begin a transaction, where it would take a snapshot.
 */
export function mayAskBehind({ shape, paged }: UserStatement): boolean {
  const [first] = shape?.leadingWords ?? [];
  return shape?.statementCount === 1 && first !== undefined && first !== 'COPY' && !paged;
}

/**
 * Runs the statement, and asks for the position after it in the same write to the socket:
 *
 *   Parse Bind Describe Execute Sync │ Query(position)     extended protocol
 *   Query(statement)                 │ Query(position)     simple protocol
 *   └ committed when it is answered  └ read after that
 *
 * The server answers the one before it looks at the other, so the position is that of a time after
 * the commit, and an error in the one does not touch the other. To the driver they are two queries
 * of its queue; only that the second, when its turn comes, has been sent already.
 */
export function queryWithPosition(
  client: PgClient,
  Query: PgQueryConstructor,
  statement: UserStatement,
): WriteInFlight {
  let sent = false;
  const result = new Promise<QueryResult>((resolve, reject) => {
    const { config, values } = statement;
    const query = new Query(config, values, (error, outcome) => {
      if (error) reject(error);
      else resolve(outcome as QueryResult);
    });
    const submit = query.submit.bind(query);
    query.submit = (connection) => {
      connection.stream.cork?.();
      try {
        const refusal = submit(connection);
        if (refusal) return refusal;
        connection.query(POSITION_SQL);
        sent = true;
        return refusal;
      } finally {
        connection.stream.uncork?.();
      }
    };
    keepTimeout(query, config);
    client.query(query);
  });
  const position = new Promise<TextRow>((resolve) => {
    const query = new Query({ text: POSITION_SQL, ...AS_TEXT }, undefined, (error, outcome) => {
      resolve(error ? [] : toFirstRow(outcome));
    });
    const submit = query.submit.bind(query);
    query.submit = (connection: PgConnection) => (sent ? null : submit(connection));
    // Taken out of the driver's queue by a time-out, it would leave an answer that is nobody's.
    Object.assign(query, { query_timeout: NEVER_MS });
    client.query(query);
  });
  return { result: result.catch(withStackOfCaller), position };
}

const POSITION_SQL = `SELECT ${POSITION_COLUMNS}`;

/** Every value as text, whatever type parsers the user has set. */
const AS_TEXT = { rowMode: 'array', types: { getTypeParser: () => String } };

/** The longest that a timer can take. */
const NEVER_MS = 0x7fff_ffff;

/** The driver looks for a statement's own time-out in what `client.query` is given. */
function keepTimeout(query: object, config: string | object): void {
  const { query_timeout: timeoutMs } = config as { readonly query_timeout?: unknown };
  if (timeoutMs) Object.assign(query, { query_timeout: timeoutMs });
}

/** As the driver does: a trace that leads to whoever issued the statement, not to the socket. */
function withStackOfCaller(error: unknown): never {
  if (error instanceof Error) Error.captureStackTrace(error);
  throw error;
}

function toFirstRow(outcome: unknown): TextRow {
  return (outcome as { readonly rows: readonly TextRow[] }).rows[0] ?? [];
}
