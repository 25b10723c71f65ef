import type { StoreHandle, WriteOutcome } from '@rendezvous/protocol';
import { RendezvousError } from '@rendezvous/protocol';
import { commitInOneRoundTrip, findQueryClass } from './commit-query.js';
import type { PgQueryConstructor, QueryResult } from './driver.js';
import type { FunctionCatalog } from './function-catalog.js';
import { checkRead } from './checked-read.js';
import type { WithConnection } from './checked-read.js';
import { noteServer } from './servers-seen.js';
import { isOutcomeUnknown, isServerError } from './server-connection.js';
import type { ServerConnection } from './server-connection.js';
import { unwrap } from '../shim-registry.js';
import {
  committedWrite,
  isCommit,
  isPureRead,
  isSessionStatement,
  mayCommit,
  mayCommitAndFail,
  needsFunctionNames,
} from './statement-kind.js';
import type { Statement } from './statement-kind.js';
import { issue } from './user-statement.js';
import type { UserStatement } from './user-statement.js';
import { mayAskBehind, queryWithPosition } from './write-query.js';

/**
 * The decisions of the shim for one statement whose turn has come on one connection:
 *
 *   failed transaction ──────────────▶ as it is (it can only roll back)
 *   about session or transaction ────▶ as it is
 *   replica ─────────────────────────▶ read that waits
 *   primary, no transaction ── proven a read ──▶ read that does not wait
 *                           └─ else ──▶ write: branch if the command tag does not rule it out
 *   primary, in a transaction ── COMMIT ──▶ write: branch if it has a transaction id
 *                             ├─ could commit unseen ──▶ write: as without a transaction
 *                             └─ else ──▶ as it is
 */
export interface Target {
  readonly connection: ServerConnection;
  readonly handle: StoreHandle;
  readonly functions: FunctionCatalog;
}

/** Told once the connection is no longer needed; with the error if the statement failed there. */
export type Executed = (error?: unknown) => void;

export async function runStatement(
  target: Target,
  statement: UserStatement,
  executed: Executed,
): Promise<QueryResult> {
  const { connection } = target;
  await connection.settled();
  if (await passesAsItIs(connection, statement)) return issue(connection.client, statement);
  if ((await connection.learnRole()) === 'replica') return runOnReplica(target, statement);
  if (connection.status === 'idle' && (await isPure(target, statement))) {
    const execute = (): Promise<QueryResult> => issue(connection.client, statement);
    return target.handle.read({ fromPrimary: true, repeatable: false, execute });
  }
  const Query = findQueryClass(connection.client);
  const perform =
    Query !== undefined && isPlainCommit(connection, statement)
      ? () => commit(connection, statement, Query)
      : () => writeInDoubt(connection, statement);
  return reportWrite(target, statement, perform, executed);
}

/** Nothing to wait for, and nothing that could be committed. */
export async function passesAsItIs(
  connection: ServerConnection,
  statement: Statement,
): Promise<boolean> {
  if (connection.lost) return true;
  const single = statement.shape?.statementCount === 1;
  if (connection.status === 'failed') return single || connection.knownRole === undefined;
  const role = await connection.learnRole();
  const inTransaction = role === 'primary' && connection.status === 'open';
  if (isSessionStatement(statement, inTransaction)) return true;
  return inTransaction && !mayCommit(statement);
}

/** Whether the statement certainly has no side effects; may ask the server for its functions. */
export async function isPure(target: Target, statement: Statement): Promise<boolean> {
  const names = needsFunctionNames(statement)
    ? await target.functions.learn(target.connection)
    : undefined;
  return isPureRead(statement, names);
}

async function runOnReplica(target: Target, statement: UserStatement): Promise<QueryResult> {
  // Never repeated in a transaction: it would see the transaction's snapshot again.
  const repeatable = target.connection.status === 'idle' && (await isPure(target, statement));
  noteServer(target.handle, target.connection.server);
  return readOnReplica(target.handle, statement, repeatable, (use) => use(target.connection));
}

/**
 * Reads on a connection that `withConnection` provides. Should the server have been promoted in the
 * meantime, and the statement not be proven a read, then it is reported as the write it can be.
 */
export async function readOnReplica(
  handle: StoreHandle,
  statement: UserStatement,
  repeatable: boolean,
  withConnection: WithConnection,
): Promise<QueryResult> {
  const promoted: WriteOutcome<QueryResult>[] = [];
  const run = async (connection: ServerConnection): Promise<QueryResult> => {
    const result = await issue(connection.client, statement);
    if (connection.knownRole !== 'replica' && !repeatable) {
      promoted.push(await toOutcome(connection, result, () => connection.readPosition(false)));
    }
    return result;
  };
  const executeAtOrigin = (origin: unknown): Promise<QueryResult> =>
    readAtOrigin(origin, statement);
  const result = await handle.read({
    fromPrimary: false,
    repeatable,
    execute: () => withConnection(run),
    ...checkRead(handle, withConnection, run),
    ...(repeatable && { executeAtOrigin }),
  });
  const [outcome] = promoted;
  if (outcome?.wrote !== true) return result;
  return handle.write({ execute: () => Promise.resolve(outcome) });
}

/** Reads from the primary that the store's options name, which sees every write. */
async function readAtOrigin(origin: unknown, statement: UserStatement): Promise<QueryResult> {
  const bare: unknown = typeof origin === 'object' && origin !== null ? unwrap(origin) : undefined;
  const client = bare as { readonly query?: unknown } | undefined;
  if (typeof client?.query !== 'function') {
    throw new RendezvousError(
      'config_invalid',
      "the option 'origin' of a PostgreSQL store must be a client or pool of its primary",
    );
  }
  const { config, values } = statement;
  return (await Reflect.apply(client.query, client, [config, values])) as QueryResult;
}

function isPlainCommit(connection: ServerConnection, statement: UserStatement): boolean {
  return connection.status === 'open' && statement.simple && isCommit(statement);
}

async function commit(
  connection: ServerConnection,
  statement: UserStatement,
  Query: PgQueryConstructor,
): Promise<WriteOutcome<QueryResult>> {
  const { client } = connection;
  const config = typeof statement.config === 'object' ? statement.config : {};
  try {
    const { result, wrote, durable, position } = await commitInOneRoundTrip(
      client,
      Query,
      statement.text ?? 'COMMIT',
      config,
    );
    return withPosition(result, wrote, connection.toPosition(position, durable));
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== IN_FAILED_TRANSACTION) throw error;
    // The transaction had failed unseen (a statement that timed out on this side): our question
    // met that, and the user's COMMIT was not reached. It rolls back.
    return { result: await issue(client, statement), wrote: false };
  }
}

const IN_FAILED_TRANSACTION = '25P02';

/** Runs what could be a write, and judges by the command tags. */
async function writeInDoubt(
  connection: ServerConnection,
  statement: UserStatement,
): Promise<WriteOutcome<QueryResult>> {
  const { client } = connection;
  const isAlone = connection.status === 'idle';
  const durable = isAlone && isDurabilityKnown(statement);
  const Query = findQueryClass(client);
  if (!isAlone || Query === undefined || !mayAskBehind(statement)) {
    const result = await issue(client, statement);
    return toOutcome(connection, result, () => connection.readPosition(durable));
  }
  const { result, position } = queryWithPosition(client, Query, statement);
  // The answer to our question follows that of a statement which failed, too.
  const outcome = await result.catch(async (error: unknown) => {
    if (isServerError(error)) await position;
    throw error;
  });
  return toOutcome(connection, outcome, () => connection.awaitPosition(position, durable));
}

async function toOutcome(
  connection: ServerConnection,
  result: QueryResult,
  learnPosition: () => Promise<string | undefined>,
): Promise<WriteOutcome<QueryResult>> {
  if (!committedWrite(result, connection.status !== 'idle')) return { result, wrote: false };
  return withPosition(result, true, await learnPosition());
}

function withPosition(
  result: QueryResult,
  wrote: boolean,
  position: string | undefined,
): WriteOutcome<QueryResult> {
  return wrote && position !== undefined ? { result, wrote, position } : { result, wrote };
}

/**
 * Whether `synchronous_commit`, read after the statement, is what it was at its commit. Several
 * statements, a procedure, or the setting's name in the text can have changed it for one
 * transaction only.
 */
function isDurabilityKnown({ shape, text }: UserStatement): boolean {
  if (shape?.statementCount !== 1 || text === undefined) return false;
  const [first] = shape.leadingWords;
  return first !== 'CALL' && first !== 'DO' && !/synchronous_commit/i.test(text);
}

/**
 * Reports a write to the handle. A failure that can hide a commit (the connection broke, part of a
 * text was committed) is reported as a write, and still reaches the user as that failure.
 */
export async function reportWrite<T>(
  { connection, handle }: Target,
  statement: Statement,
  perform: () => Promise<WriteOutcome<T>>,
  executed: Executed,
): Promise<T> {
  const execute = async (): Promise<WriteOutcome<() => T>> => {
    let failure: unknown;
    try {
      const { result, ...outcome } = await perform();
      return { ...outcome, result: () => result };
    } catch (error) {
      failure = error;
      await connection.settled();
      const inDoubt = connection.lost || isOutcomeUnknown(error) || mayCommitAndFail(statement);
      if (!inDoubt) throw error;
      const position = await connection.readPosition(false);
      const result = (): never => {
        throw error;
      };
      return { result, wrote: true, ...(position !== undefined && { position }) };
    } finally {
      executed(failure);
    }
  };
  const settle = await handle.write({ execute });
  return settle();
}
