import type { StoreHandle, WriteOutcome } from '@rendezvous/protocol';
import { RendezvousError } from '@rendezvous/protocol';
import { fail, failedToPrepare, hold, readText, replay, runCopy } from './command.js';
import type { Completion, CopiedResult, HeldCommand } from './command.js';
import { toCoreClient } from './core-client.js';
import type { DeliveryTurn } from './delivery-turns.js';
import type { DriverCallback, MysqlCommand } from './driver.js';
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

/** A command whose turn has come on its connection. */
export interface Issued extends Target {
  readonly command: MysqlCommand;
  readonly turn: DeliveryTurn;
  /** Lets the next command reach the server. */
  readonly release: () => void;
}

/** Resolves once the command's owner was told. */
export async function runCommand(issued: Issued): Promise<void> {
  const { connection, handle, command, turn } = issued;
  if (connection.isLost || failedToPrepare(command)) {
    connection.client.addCommand(command);
    return;
  }
  const early = toStatement(readText(command), connection.backslashEscapes);
  let facts: ServerFacts;
  try {
    facts = await connection.learn(!asksOfLast(early));
  } catch (error) {
    await turn.deliver(() => {
      fail(command, error);
    });
    return;
  }
  const statement = toStatement(readText(command), connection.backslashEscapes);
  if (facts.role === 'replica') {
    await runOnReplica(issued, facts, statement);
  } else if (connection.isIdle && isRead(statement)) {
    const execute = async (): Promise<void> => {
      await finish(issued, statement);
    };
    await handle.read({ fromPrimary: true, repeatable: false, execute });
  } else {
    await runOnPrimary(issued, facts, statement);
  }
  if (changesSession(statement)) connection.forget();
}

/** Runs the command without holding anything back. */
async function finish(issued: Issued, statement: Statement): Promise<void> {
  const { completion, announce } = start(issued, statement);
  await completion;
  await issued.turn.deliver(announce);
}

function start({ connection, command, turn }: Issued, statement: Statement): HeldCommand {
  const isPlainFailure = (error: unknown): boolean =>
    turn.isDue && !isOutcomeUnknown(error) && !mayCommitAndFail(statement);
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
  issued: Issued,
  facts: ServerFacts,
  statement: Statement,
): Promise<void> {
  const { connection, handle, command, turn } = issued;
  if (isSessionStatement(statement, false)) return finish(issued, statement);
  if (command.onResult !== undefined && connection.isIdle && isRepeatable(statement)) {
    const run = (copy: MysqlCommand): unknown => connection.client.addCommand(copy);
    return readRepeatably({ handle, command, run, turn });
  }
  let promoted: WriteOutcome<undefined> | undefined;
  let held: HeldCommand | undefined;
  const execute = async (): Promise<void> => {
    held = start(issued, statement);
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
  const failure = await handle.read({ fromPrimary: false, repeatable: false, execute }).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const outcome = promoted;
  if (outcome?.wrote === true) await handle.write({ execute: () => Promise.resolve(outcome) });
  await tell(issued, held, failure);
}

/** Passes on what was held back, or says why the command never ran. */
function tell(
  { command, turn }: Issued,
  held: HeldCommand | undefined,
  failure: { readonly error: unknown } | undefined,
): Promise<void> {
  return turn.deliver(() => {
    if (held !== undefined) held.announce();
    else if (failure !== undefined) fail(command, failure.error);
  });
}

export interface RepeatableRead {
  readonly handle: StoreHandle;
  readonly command: MysqlCommand;
  readonly run: (copy: MysqlCommand) => unknown;
  readonly turn?: DeliveryTurn;
}

/** Runs copies of the command, and tells its owner of the one that counts. */
export async function readRepeatably({
  handle,
  command,
  run,
  turn,
}: RepeatableRead): Promise<void> {
  const execute = (): Promise<CopiedResult> => runCopy(command, (copy) => void run(copy));
  const executeAtOrigin = (origin: unknown): Promise<CopiedResult> => readAtOrigin(origin, command);
  const deliver = (tellOwner: () => void): Promise<void> =>
    turn?.deliver(tellOwner) ?? atOnce(tellOwner);
  try {
    const operation = { fromPrimary: false, repeatable: true, execute, executeAtOrigin };
    const result = await handle.read(operation);
    await deliver(() => {
      replay(command, result);
    });
  } catch (error) {
    await deliver(() => {
      fail(command, error);
    });
  }
}

function atOnce(tellOwner: () => void): Promise<void> {
  tellOwner();
  return Promise.resolve();
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
    const callback: DriverCallback = (error, ...results) => {
      if (error) reject(error);
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
  issued: Issued,
  facts: ServerFacts,
  statement: Statement,
): Promise<void> {
  const { connection, handle, release } = issued;
  const { inTransaction } = connection;
  const cannotCommit =
    isSessionStatement(statement, inTransaction !== false) ||
    (inTransaction === true && staysInTransaction(statement));
  let held: HeldCommand | undefined;
  const perform = async (): Promise<WriteOutcome<undefined>> => {
    held = start(issued, statement);
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
    return tell(issued, held, undefined);
  }
  const failure = await handle.write({ execute: perform }).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  return tell(issued, held, failure);
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
