/**
 * The part of mysql2 (3.11 and later) that the shim uses. Users pass their own connections and pools;
 * its types are never imported.
 *
 * Whatever a connection is asked becomes a *command*, an event emitter that the driver's own code makes
 * and hands to `addCommand`, which keeps them in order. That is where the shim stands.
 */
export interface MysqlCommand {
  /** The callback; absent: the command's owner listens to its events. */
  onResult?: DriverCallback | undefined;
  emit: (event: string, ...details: unknown[]) => boolean;
  once(event: 'end', listener: () => void): unknown;
  sql?: unknown;
  values?: unknown;
  namedPlaceholders?: unknown;
  /** Of an `Execute`: what was prepared; not yet known while that is under way. */
  statement?: PreparedStatement | undefined;
  /** Only `Query` has it. */
  readonly _queryOptions?: object;
  /** Only `Execute` has it. */
  readonly _executeOptions?: object;
  /** Only `Prepare` has it. */
  readonly parameterDefinitions?: unknown;
  /** Of a `Prepare`. */
  readonly options?: { readonly sql?: unknown };
}

/** Told of an error, or of results. */
export type DriverCallback = (error: Error | null | undefined, ...results: unknown[]) => void;

export interface PreparedStatement {
  readonly query?: unknown;
}

export type MysqlCommandConstructor = new (
  options: object,
  onResult: MysqlCommand['onResult'],
) => MysqlCommand;

/** What the server says at the end of a statement that returns no rows. */
export interface OkHeader {
  readonly affectedRows: number | string;
  readonly serverStatus: number;
  readonly stateChanges?: {
    readonly systemVariables?: Readonly<Record<string, string>>;
    readonly gtids?: readonly string[];
  };
}

export interface MysqlConnection {
  addCommand: (command: MysqlCommand) => MysqlCommand;
  query(options: object, callback: DriverCallback): unknown;
  query(command: MysqlCommand): unknown;
  execute(options: object, callback: DriverCallback): unknown;
  prepare(options: unknown, callback?: PrepareCallback): unknown;
  end(...parameters: unknown[]): unknown;
  promise(implementation?: unknown): MysqlPromiseConnection;
  readonly stream: { once(event: 'close', listener: () => void): unknown };
  readonly _statements?: { get(key: string): unknown };
}

export type PrepareCallback = (error: unknown, statement?: object) => void;

export interface MysqlPoolConnection extends MysqlConnection {
  release(): void;
}

export type ConnectionCallback = (
  error: Error | null | undefined,
  connection?: MysqlPoolConnection,
) => void;

export interface MysqlPool {
  getConnection(callback: ConnectionCallback): unknown;
  releaseConnection(connection: object): unknown;
  query: (...parameters: readonly unknown[]) => unknown;
  execute: (...parameters: readonly unknown[]) => unknown;
  promise(implementation?: unknown): MysqlPromisePool;
  readonly config: {
    readonly connectionLimit: number;
    readonly connectionConfig?: { readonly queryFormat?: unknown };
  };
}

export interface MysqlPoolNamespace {
  getConnection(callback: ConnectionCallback): unknown;
}

export interface MysqlPoolCluster {
  of(pattern?: unknown, selector?: unknown): MysqlPoolNamespace;
  add(...parameters: unknown[]): unknown;
  getConnection(...parameters: unknown[]): unknown;
  promise?(implementation?: unknown): MysqlPromiseCluster;
}

export interface MysqlPromiseConnection {
  readonly connection: MysqlConnection;
}

export interface MysqlPromisePool {
  readonly pool: MysqlPool;
  getConnection(): Promise<MysqlPromiseConnection>;
}

export interface MysqlPromiseCluster {
  readonly poolCluster: MysqlPoolCluster;
  getConnection(...parameters: unknown[]): Promise<MysqlPromiseConnection>;
}
