/**
 * The part of node-postgres (8.11 and later, without the native binding) that the shim uses.
 * Users pass their own client or pool; its types are never imported.
 */

/** What a query resolves with: one result, or an array of them for several statements in one text. */
export type QueryResult = StatementResult | readonly StatementResult[];

export interface StatementResult {
  /** The first word of the command tag; null where the server sent none (an empty statement). */
  readonly command: string | null;
}

export interface QueryConfig {
  readonly text?: unknown;
  readonly values?: unknown;
  readonly name?: unknown;
  readonly rows?: unknown;
  readonly queryMode?: unknown;
  readonly callback?: unknown;
}

/** A client gives `null` for no error, a pool `undefined`. */
export type QueryCallback = (error: Error | null | undefined, result?: unknown) => void;

/** A query object that speaks the protocol itself: `Query`, cursors, query streams, COPY streams. */
export interface Submittable {
  readonly text?: unknown;
  /** Sends it; an error that is returned, not thrown, means that nothing was sent. */
  submit: (connection: PgConnection) => unknown;
  handleError: (error: unknown, connection: PgConnection) => void;
  handleReadyForQuery: (connection: PgConnection) => void;
}

/** `Query`, the submittable behind every text query. */
export interface PgQuery extends Submittable {
  handleRowDescription: (message: unknown) => void;
  handleDataRow: (message: { readonly fields: readonly (string | null)[] }) => void;
  handleCommandComplete: (message: unknown, connection: PgConnection) => void;
}

export type PgQueryConstructor = new (
  config: string | object,
  values: unknown,
  callback: QueryCallback,
) => PgQuery;

/** The connection below a client: emits each protocol message under its name. */
export interface PgConnection {
  /** Text of the statements that were prepared by name. */
  readonly parsedStatements?: Readonly<Record<string, string>>;
  /** A socket; some of those that users bring cannot hold writes back. */
  readonly stream: { cork?(): void; uncork?(): void };
  /** Sends a text. */
  query(text: string): void;
  prependListener(
    event: 'readyForQuery',
    listener: (message?: { readonly status?: string }) => void,
  ): unknown;
  prependListener(event: 'errorMessage' | 'end' | 'error', listener: () => void): unknown;
  on(
    event: 'parameterStatus',
    listener: (message: { readonly parameterName?: string }) => void,
  ): unknown;
}

export interface PgClient {
  readonly connection: PgConnection;
  connect(): Promise<unknown>;
  connect(callback: (error: unknown, ...rest: unknown[]) => void): void;
  readonly query: {
    (query: Submittable): unknown;
    (config: string | object, values?: unknown): Promise<QueryResult>;
  };
  on(event: 'error', listener: (error: unknown) => void): unknown;
  removeListener(event: 'error', listener: (error: unknown) => void): unknown;
}

export interface PgPoolClient extends PgClient {
  /** Gives the client back; with an error it is closed instead. */
  readonly release: (error?: unknown) => void;
}

export interface PgPool {
  readonly totalCount: number;
  connect(): Promise<PgPoolClient>;
  connect(callback: (error: unknown, client?: PgPoolClient, release?: unknown) => void): void;
  readonly query: (...parameters: readonly unknown[]) => unknown;
}
