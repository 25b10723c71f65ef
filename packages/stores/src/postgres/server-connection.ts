import type { PgClient, QueryResult } from './driver.js';
import { createGate } from '../gate.js';
import type { Gate } from '../gate.js';
import { encodePosition, parseLsn, toRecordEnd } from './position.js';
import type { WalGeometry } from './position.js';
import type { FunctionNames } from './statement-kind.js';

export type ServerRole = 'primary' | 'replica';

/** Whether the connection is in a transaction, in a failed one, or in none. */
export type TransactionStatus = 'idle' | 'open' | 'failed';

/** What positions have in common on one primary; it cannot change while the server runs. */
interface PrimaryFacts {
  readonly system: string;
  readonly timeline: number;
  readonly wal: WalGeometry;
}

/**
 * What the shim knows of one connection to a server, and asks on it. Its own statements bypass the
 * shim, run between the user's, and never change what those see.
 *
 * The role is asked once. A server that is promoted says so by itself (`in_hot_standby`, PostgreSQL
 * 14 and later) together with the end of the first statement it runs as a primary; then the role is
 * asked anew.
 */
export class ServerConnection {
  readonly client: PgClient;
  #status: TransactionStatus = 'idle';
  #role: ServerRole | undefined;
  #facts: PrimaryFacts | undefined;
  #server: string | undefined;
  #lost = false;
  /** An error was reported, but not yet the end of its statement and the state it leaves. */
  #failing: Gate | undefined;

  constructor(client: PgClient) {
    this.client = client;
    const { connection } = client;
    connection.prependListener('readyForQuery', (message) => {
      this.#status = toTransactionStatus(message?.status);
      this.#endFailing();
    });
    connection.prependListener('errorMessage', () => {
      this.#failing ??= createGate();
    });
    connection.on('parameterStatus', ({ parameterName }) => {
      if (parameterName === 'in_hot_standby') this.#role = undefined;
    });
    const onLost = (): void => {
      this.#lost = true;
      this.#endFailing();
    };
    connection.prependListener('end', onLost);
    connection.prependListener('error', onLost);
  }

  /** Resolves when `status` is that after the last statement, also if it failed. */
  async settled(): Promise<void> {
    await this.#failing?.promise;
  }

  /** As the server last said. */
  get status(): TransactionStatus {
    return this.#status;
  }

  /** The connection is over: a statement that was under way may or may not have been committed. */
  get lost(): boolean {
    return this.#lost;
  }

  /** The role as far as it is known without asking. */
  get knownRole(): ServerRole | undefined {
    return this.#role;
  }

  /** What tells the server from every other, once its role is known; undefined if it did not say. */
  get server(): string | undefined {
    return this.#server;
  }

  /** Rejects only with what any statement would meet on this connection now. */
  async learnRole(): Promise<ServerRole> {
    if (this.#role !== undefined) return this.#role;
    try {
      const [inRecovery, server, ...facts] = await this.queryRow(FACTS_SQL);
      this.#server = server ?? undefined;
      this.#facts = toPrimaryFacts(facts);
      return (this.#role = inRecovery === 'true' ? 'replica' : 'primary');
    } catch (error) {
      // Without permission to see the facts there are no positions, but there is a role.
      if (!isServerError(error)) throw error;
    }
    const [inRecovery] = await this.queryRow('SELECT pg_catalog.pg_is_in_recovery()::text');
    this.#facts = undefined;
    return (this.#role = inRecovery === 'true' ? 'replica' : 'primary');
  }

  /**
   * A position at or above everything that was committed on this connection, or undefined if it
   * cannot be learned. Never rejects.
   *
   * @param durable that the last commit was flushed before it was acknowledged
   *   (`synchronous_commit` was not `off`)
   */
  async readPosition(durable: boolean): Promise<string | undefined> {
    if (this.#lost || (await this.#learnQuietly()) !== 'primary') return undefined;
    const query = this.queryRow(`SELECT ${POSITION_COLUMNS}`).catch(() => []);
    return this.awaitPosition(query, durable);
  }

  /** The position in an answer that is on its way, or undefined if it does not come in time. */
  async awaitPosition(
    answer: Promise<readonly (string | null)[]>,
    durable: boolean,
  ): Promise<string | undefined> {
    const row = await orUndefinedAfter(answer, POSITION_TIMEOUT_MS);
    return row && this.toPosition(row, durable);
  }

  /**
   * The position in a row of `POSITION_COLUMNS` that was read after a commit.
   *
   * A commit that waited for its flush is at or below the flush position, and that is the better
   * one: everything up to there is on its way to the replicas. The insert position also counts
   * records of transactions in progress, which may be flushed only with the next commit. But with
   * `synchronous_commit = off` only the insert position is known to be beyond the commit record.
   */
  toPosition(row: readonly (string | null)[], durable: boolean): string | undefined {
    const [flushedText, insertedText, synchronousCommit] = row;
    const facts = this.#facts;
    const flushed = parseLsn(flushedText ?? '');
    const inserted = parseLsn(insertedText ?? '');
    if (facts === undefined || flushed === undefined || inserted === undefined) return undefined;
    const wasFlushed = durable && synchronousCommit !== 'off';
    const lsn = wasFlushed ? flushed : toRecordEnd(inserted, facts.wal);
    return encodePosition({ system: facts.system, timeline: facts.timeline, lsn });
  }

  /** The names of the server's functions; undefined if it did not tell. */
  async readFunctionNames(): Promise<FunctionNames | undefined> {
    try {
      const [pure = [], volatile = []] = (await this.queryRow(FUNCTIONS_SQL)).map(
        (names) => JSON.parse(names ?? '[]') as string[],
      );
      return { pure: new Set(pure), volatile: new Set(volatile) };
    } catch {
      return undefined;
    }
  }

  #endFailing(): void {
    this.#failing?.open();
    this.#failing = undefined;
  }

  async #learnQuietly(): Promise<ServerRole | undefined> {
    try {
      return await this.learnRole();
    } catch {
      return undefined;
    }
  }

  /** The one row of a statement of ours, as text whatever type parsers the user has set. */
  async queryRow(text: string): Promise<readonly (string | null)[]> {
    const types = { getTypeParser: () => String };
    const result = await this.client.query({ text, rowMode: 'array', types });
    return toFirstRow(result);
  }
}

const connections = new WeakMap<PgClient, ServerConnection>();

/** What is known of `client`'s connection: one and the same, whoever asks. */
export function connectionOf(client: PgClient): ServerConnection {
  const known = connections.get(client);
  if (known !== undefined) return known;
  const connection = new ServerConnection(client);
  connections.set(client, connection);
  return connection;
}

/** How long a connection may take to tell a position before the write is reported without one. */
const POSITION_TIMEOUT_MS = 1_000;

/** Read after a commit, never inside its transaction, where they would be too low. */
export const POSITION_COLUMNS = `pg_catalog.pg_current_wal_flush_lsn()::text,
  pg_catalog.pg_current_wal_insert_lsn()::text,
  pg_catalog.current_setting('synchronous_commit')`;

/** `pg_walfile_name` names the timeline of inserts; the control file's can be older. */
const FACTS_SQL = `
  SELECT pg_catalog.pg_is_in_recovery()::text,
         pg_catalog.pg_postmaster_start_time()::text,
         (SELECT system_identifier FROM pg_catalog.pg_control_system())::text,
         CASE WHEN NOT pg_catalog.pg_is_in_recovery()
              THEN pg_catalog.substr(
                pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8) END,
         pg_catalog.current_setting('wal_block_size'),
         pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size'))::text`;

const FUNCTIONS_SQL = `
  SELECT pg_catalog.json_agg(proname) FILTER (WHERE NOT writes)::text,
         pg_catalog.json_agg(proname) FILTER (WHERE writes)::text
    FROM (SELECT proname, pg_catalog.bool_or(provolatile = 'v') AS writes
            FROM pg_catalog.pg_proc GROUP BY proname) AS names`;

function toPrimaryFacts(facts: readonly (string | null)[]): PrimaryFacts | undefined {
  const [system, timeline, pageBytes, segmentBytes] = facts;
  if (!system || !timeline || !pageBytes || !segmentBytes) return undefined;
  return {
    system,
    timeline: Number.parseInt(timeline, 16),
    wal: { pageBytes: BigInt(pageBytes), segmentBytes: BigInt(segmentBytes) },
  };
}

function toTransactionStatus(status: string | undefined): TransactionStatus {
  if (status === 'T') return 'open';
  return status === 'E' ? 'failed' : 'idle';
}

function toFirstRow(result: QueryResult): readonly (string | null)[] {
  const { rows } = result as unknown as { readonly rows: readonly (readonly (string | null)[])[] };
  return rows[0] ?? [];
}

/** Whether the server answered with an error, as opposed to not answering. */
export function isServerError(error: unknown): boolean {
  return readSqlState(error) !== undefined;
}

/**
 * Whether a statement that failed with `error` may have been committed all the same: the server did
 * not answer, or answered that it was going down. (`severity` is no help: it is translated.)
 */
export function isOutcomeUnknown(error: unknown): boolean {
  const state = readSqlState(error);
  if (state !== undefined) return /^(?:08|40003|57P|58|F0|XX)/.test(state);
  return error instanceof Error && error.message === 'Query read timeout';
}

function readSqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, severity } = error as { readonly code?: unknown; readonly severity?: unknown };
  return typeof severity === 'string' && typeof code === 'string' ? code : undefined;
}

async function orUndefinedAfter<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
    }, timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
