import type { PgClient, PgQuery, PgQueryConstructor, QueryResult } from './driver.js';
import { POSITION_COLUMNS } from './server-connection.js';

type TextRow = readonly (string | null)[];

/** What a `COMMIT` that was sent together with its two questions came to. */
export interface CommitOutcome {
  /** Exactly what the user's own `COMMIT` would have resolved with. */
  readonly result: QueryResult;
  /** The transaction had an id: it may have written. */
  readonly wrote: boolean;
  /** `synchronous_commit` was not off in the transaction. */
  readonly durable: boolean;
  /** `POSITION_COLUMNS` after the commit; empty if the server did not tell. */
  readonly position: TextRow;
}

/**
 * The statements around the user's, in one text and so in one round trip:
 *
 *   SELECT xid, synchronous_commit ;  COMMIT  ; SELECT position
 *   └ in the transaction              └ user's   └ after it
 *
 * The server runs a text of several statements one by one and skips the rest after an error, so a
 * commit that fails fails as it always does.
 */
const BEFORE = `SELECT pg_catalog.pg_current_xact_id_if_assigned()::text,
  pg_catalog.current_setting('synchronous_commit')`;
const AFTER = `SELECT ${POSITION_COLUMNS}`;

/** What the server is answering; each `CommandComplete` moves on to the next. */
type Phase = 'before' | 'commit' | 'after';

/** Whether `client` brings the query class that `commitInOneRoundTrip` builds on. */
export function findQueryClass(client: PgClient): PgQueryConstructor | undefined {
  const { Query } = client.constructor as { readonly Query?: PgQueryConstructor };
  return typeof Query === 'function' ? Query : undefined;
}

/**
 * Commits the transaction in progress, and learns on the way whether it had an id and where the log
 * was afterwards. Rejects exactly as the `COMMIT` itself would: once that has succeeded, nothing
 * that follows can make it fail.
 *
 * It is the driver's own query object, so that results, callbacks and time-outs are the driver's,
 * with the answers to our two questions taken out on the way.
 */
export function commitInOneRoundTrip(
  client: PgClient,
  Query: PgQueryConstructor,
  text: string,
  config: object,
): Promise<CommitOutcome> {
  return new Promise((resolve, reject) => {
    const rows = { before: [] as TextRow, after: [] as TextRow };
    // A comment at the end of the user's text must not swallow what follows: hence the line break.
    const ownConfig: unknown = Object.create(config, {
      text: { value: `${BEFORE};\n${text}\n;${AFTER}`, enumerable: true },
      callback: { value: undefined, writable: true, enumerable: true },
    });
    const query = new Query(ownConfig as object, undefined, (error, result) => {
      if (error) {
        reject(error);
        return;
      }
      const [xid, synchronousCommit] = rows.before;
      resolve({
        result: result as QueryResult,
        wrote: typeof xid === 'string',
        durable: synchronousCommit !== 'off',
        position: rows.after,
      });
    });
    takeOutOwnAnswers(query, rows);
    client.query(query);
  });
}

function takeOutOwnAnswers(query: PgQuery, rows: { before: TextRow; after: TextRow }): void {
  let phase: Phase = 'before';
  const { handleRowDescription, handleDataRow, handleCommandComplete, handleError } = query;
  const { handleReadyForQuery } = query;
  query.handleRowDescription = (message) => {
    if (phase === 'commit') handleRowDescription.call(query, message);
  };
  query.handleDataRow = (message) => {
    if (phase === 'commit') handleDataRow.call(query, message);
    else rows[phase] = message.fields;
  };
  query.handleCommandComplete = (message, connection) => {
    if (phase === 'commit') handleCommandComplete.call(query, message, connection);
    phase = phase === 'before' ? 'commit' : 'after';
  };
  query.handleError = (error, connection) => {
    // The commit has succeeded; only its position stays unknown. After an error the driver does
    // not report the end of the query, so it is reported here.
    if (phase === 'after') handleReadyForQuery.call(query, connection);
    else handleError.call(query, error, connection);
  };
}
