import type { StoreHandle, WriteOutcome } from '@rendezvous/protocol';
import { RendezvousError } from '@rendezvous/protocol';
import { fail, failedToPrepare, hold, readText, replay, runCopy } from './command.js';
import type { Completion, CopiedResult, HeldCommand } from './command.js';
import { toCoreClient } from './core-client.js';
import type { MysqlCommand } from './driver.js';
import { isOutcomeUnknown } from './server-connection.js';
import type { ServerConnection, ServerFacts } from './server-connection.js';
import {
  asksOfLast,
  changesSession,
  isCounted,
  isRead,
  isRepeatable,
  isSessionStatement,
  mayCommitAndFail,
  staysInTransaction,
  toStatement,
} from './statement-kind.js';
import type { Statement } from './statement-kind.js';

/**
 * The decisions of the shim for one command whose turn has come on one connection:
 *
 *   replica ── about session or transaction ──▶ as it is
 *           └─ else ──▶ read that waits
 *   primary ── proven a read, no transaction ──▶ read that does not wait
 *           ├─ could commit ──▶ write: branch if the server names a GTID of it
 *           └─ else ──▶ as it is; should the server name a GTID all the same, it was a write
 */
export interface Target {
  readonly connection: ServerConnection;
  readonly handle: StoreHandle;
}

/** Resolves when the connection is free for the next command. */
export async function runCommand(
  target: Target,
  command: MysqlCommand,
  release: () => void,
): Promise<void> {
  const { connection, handle } = target;
  if (connection.isLost || failedToPrepare(command)) {
    connection.client.addCommand(command);
    return;
  }
  const early = toStatement(readText(command), connection.backslashEscapes);
  let facts: ServerFacts;
  try {
    facts = await connection.learn(!asksOfLast(early));
  } catch (error) {
    fail(command, error);
    return;
  }
  const statement = toStatement(readText(command), connection.backslashEscapes);
  if (facts.role === 'replica') {
    await runOnReplica(target, facts, statement, command);
  } else if (connection.isIdle && isRead(statement)) {
    const execute = async (): Promise<void> => {
      await finish(connection, statement, command);
    };
    await handle.read({ fromPrimary: true, repeatable: false, execute });
  } else {
    await runOnPrimary(target, facts, statement, command, release);
  }
  if (changesSession(statement)) connection.forget();
}

/** Runs the command without holding anything back. */
async function finish(
  connection: ServerConnection,
  statement: Statement,
  command: MysqlCommand,
): Promise<void> {
  const { completion, announce } = start(connection, statement, command);
  await completion;
  announce();
}

function start(
  connection: ServerConnection,
  statement: Statement,
  command: MysqlCommand,
): HeldCommand {
  const isPlainFailure = (error: unknown): boolean =>
    !isOutcomeUnknown(error) && !mayCommitAndFail(statement);
  const held = hold(command, connection.lost, isPlainFailure);
  const completion = held.completion.then((done) => {
    for (const header of done.headers) connection.observe(header);
    if (done.failure !== undefined) connection.observeFailure();
    return done;
  });
  connection.client.addCommand(command);
  return { completion, announce: held.announce };
}

async function runOnReplica(
  { connection, handle }: Target,
  facts: ServerFacts,
  statement: Statement,
  command: MysqlCommand,
): Promise<void> {
  if (isSessionStatement(statement, false)) return finish(connection, statement, command);
  if (command.onResult !== undefined && connection.isIdle && isRepeatable(statement)) {
    await readRepeatably(handle, command, (copy) => connection.client.addCommand(copy));
    return;
  }
  let promoted: WriteOutcome<undefined> | undefined;
  let held: HeldCommand | undefined;
  const execute = async (): Promise<void> => {
    held = start(connection, statement, command);
    const completion = await held.completion;
    if (isRead(statement)) return;
    // A replica whose user may write, or one that was promoted meanwhile.
    const position = connection.readTracked(completion.headers);
    if (position !== undefined) promoted = { result: undefined, wrote: true, position };
    else if (!facts.tracksGtids && completion.failure === undefined) {
      const { role } = await connection.learn(true);
      if (role === 'primary') promoted = await toOutcome(connection, facts, statement, completion);
    }
  };
  try {
    await handle.read({ fromPrimary: false, repeatable: false, execute });
  } catch (error) {
    if (held === undefined) fail(command, error);
  }
  const outcome = promoted;
  if (outcome?.wrote === true) await handle.write({ execute: () => Promise.resolve(outcome) });
  held?.announce();
}

/** Runs copies of the command, and tells its owner of the one that counts. */
export async function readRepeatably(
  handle: StoreHandle,
  command: MysqlCommand,
  run: (copy: MysqlCommand) => unknown,
): Promise<void> {
  const execute = (): Promise<CopiedResult> => runCopy(command, (copy) => void run(copy));
  try {
    const result = await handle.read({
      fromPrimary: false,
      repeatable: true,
      execute,
      executeAtOrigin: (origin) => readAtOrigin(origin, command),
    });
    replay(command, result);
  } catch (error) {
    fail(command, error);
  }
}

/** Reads from the primary that the store's options name, which sees every write. */
function readAtOrigin(origin: unknown, command: MysqlCommand): Promise<CopiedResult> {
  const client = toCoreClient(origin);
  if (client === undefined) {
    throw new RendezvousError(
      'config_invalid',
      "the store's origin must be a connection or pool of mysql2",
    );
  }
  const options = { ...(command._queryOptions ?? command._executeOptions) };
  return new Promise((resolve, reject) => {
    const callback = (error: unknown, ...results: unknown[]): void => {
      if (error) reject(error as Error);
      else
        resolve({
          headers: [],
          told: [
            ['end', []],
            ['result of all', results],
          ],
        });
    };
    const sql = readText(command);
    const method = '_queryOptions' in command ? client.query : client.execute;
    Reflect.apply(method, client, [{ ...options, sql }, callback]);
  });
}

async function runOnPrimary(
  target: Target,
  facts: ServerFacts,
  statement: Statement,
  command: MysqlCommand,
  release: () => void,
): Promise<void> {
  const { connection, handle } = target;
  const { inTransaction } = connection;
  const cannotCommit =
    isSessionStatement(statement, inTransaction !== false) ||
    (inTransaction === true && staysInTransaction(statement));
  let held: HeldCommand | undefined;
  const perform = async (): Promise<WriteOutcome<undefined>> => {
    held = start(connection, statement, command);
    const completion = await held.completion;
    const outcome = cannotCommit
      ? toTrackedOutcome(connection, completion)
      : await toOutcome(connection, facts, statement, completion);
    release();
    return outcome;
  };
  if (cannotCommit) {
    const outcome = await perform();
    if (outcome.wrote) await handle.write({ execute: () => Promise.resolve(outcome) });
    held?.announce();
    return;
  }
  try {
    await handle.write({ execute: perform });
  } catch (error) {
    if (held === undefined) fail(command, error);
  }
  held?.announce();
}

/** What the server said by itself. */
function toTrackedOutcome(
  connection: ServerConnection,
  { headers }: Completion,
): WriteOutcome<undefined> {
  const position = connection.readTracked(headers);
  return position === undefined
    ? { result: undefined, wrote: false }
    : { result: undefined, wrote: true, position };
}

async function toOutcome(
  connection: ServerConnection,
  { tracksGtids }: ServerFacts,
  statement: Statement,
  completion: Completion,
): Promise<WriteOutcome<undefined>> {
  const tracked = toTrackedOutcome(connection, completion);
  if (tracked.wrote || isOver(connection, statement, completion)) return tracked;
  const { failure } = completion;
  // The connection is of no use, or busy with the statement that was given up.
  if (failure !== undefined && isOutcomeUnknown(failure.error)) {
    return { result: undefined, wrote: true };
  }
  // What ended with rows had no place to name a GTID.
  const isTold = tracksGtids && !completion.endedWithRows && failure === undefined;
  if (isTold || isRead(statement)) return tracked;
  return { result: undefined, ...(await connection.askWritten()) };
}

/** Certainly nothing was committed, whatever the server would say. */
function isOver(
  connection: ServerConnection,
  statement: Statement,
  { headers, failure }: Completion,
): boolean {
  if (failure !== undefined) {
    return !isOutcomeUnknown(failure.error) && !connection.isLost && !mayCommitAndFail(statement);
  }
  if (isCounted(statement) && headers.length === 1) {
    return connection.inTransaction === true || Number(headers[0]?.affectedRows) === 0;
  }
  return false;
}
