import type { StoreHandle, WriteOutcome } from '@rendezvous/protocol';
import { checkRead } from './checked-read.js';
import { holdClose, textOf } from './cursor-close.js';
import type { CloseHold } from './cursor-close.js';
import { deliver } from './deliver.js';
import type { PgClient, Submittable } from './driver.js';
import { FunctionCatalog } from './function-catalog.js';
import { noteServer } from './servers-seen.js';
import { isPure, passesAsItIs, reportWrite, runStatement } from './run-statement.js';
import type { Target } from './run-statement.js';
import { connectionOf } from './server-connection.js';
import { createShim } from '../shim-proxy.js';
import { isCopyOfTable, toStatement } from './statement-kind.js';
import type { Statement } from './statement-kind.js';
import { StatementQueue } from '../statement-queue.js';
import { isSubmittable, submit } from './submitted.js';
import type { Submitted } from './submitted.js';
import { readQueryCall } from './user-statement.js';

/**
 * `client` with its writes reported to `handle` and its reads waiting through it. Statements reach
 * the server in the order in which they were issued.
 */
export function shimClient(
  client: PgClient,
  handle: StoreHandle,
  functions: FunctionCatalog = new FunctionCatalog(),
): PgClient {
  const target: Target = { connection: connectionOf(client), handle, functions };
  const queue = new StatementQueue();

  const query = (...parameters: readonly unknown[]): unknown => {
    const pass = (): unknown => Reflect.apply(client.query, client, parameters);
    const { active } = handle;
    if (!active && queue.idle) return pass();
    const [first] = parameters;
    if (isSubmittable(first)) {
      return querySubmittable(target, queue, active, first, parameters.slice(1));
    }
    const call = readQueryCall(parameters, client);
    if (call === undefined) return pass();
    const { statement, callback } = call;
    const outcome = queue.run((release) =>
      active
        ? runStatement(target, statement, release)
        : client.query(statement.config, statement.values),
    );
    return deliver(outcome, callback, null);
  };

  const wrapped: PgClient = createShim(client, {
    query,
    connect: (callback?: (error: unknown, ...rest: unknown[]) => void) => {
      if (callback === undefined) return client.connect().then(() => wrapped);
      client.connect((error, ...rest) => {
        callback(error, ...rest.map((value) => (value === client ? wrapped : value)));
      });
      return undefined;
    },
  });
  return wrapped;
}

/** A query object is returned at once, as the driver does, and submitted when its turn has come. */
function querySubmittable(
  target: Target,
  queue: StatementQueue,
  active: boolean,
  query: Submittable,
  rest: readonly unknown[],
): Submittable {
  const { client } = target.connection;
  const hold = holdClose(query);
  const pass = (): void => {
    Reflect.apply(client.query, client, [query, ...rest]);
    hold.submitted();
  };
  const run = async (release: () => void): Promise<void> => {
    if (active) return runSubmittable(target, { query, rest, hold, pass }, release);
    pass();
  };
  queue
    .run(run)
    .catch((error: unknown) => {
      query.handleError(error, client.connection);
    })
    .finally(() => {
      hold.submitted();
      hold.settled();
    })
    .catch(() => undefined);
  return query;
}

interface Submission {
  readonly query: Submittable;
  readonly rest: readonly unknown[];
  readonly hold: CloseHold;
  readonly pass: () => void;
}

/** Rejects only if the query was never submitted. */
async function runSubmittable(
  target: Target,
  submission: Submission,
  release: () => void,
): Promise<void> {
  const { connection, handle } = target;
  const { pass } = submission;
  const statement = toStatement(textOf(submission.query));
  await connection.settled();
  if (await passesAsItIs(connection, statement)) {
    pass();
  } else if ((await connection.learnRole()) === 'replica') {
    const execute = (): Promise<void> => {
      pass();
      return Promise.resolve();
    };
    noteServer(handle, connection.server);
    await handle.read({
      fromPrimary: false,
      repeatable: false,
      execute,
      ...checkRead(handle, (use) => use(connection), execute),
    });
  } else if (connection.status === 'idle' && (await isReadOnly(target, statement))) {
    pass();
  } else {
    await writeSubmittable(target, statement, submission, release);
  }
}

async function isReadOnly(target: Target, statement: Statement): Promise<boolean> {
  return isCopyOfTable(statement) || isPure(target, statement);
}

/** Reports the write before the query object learns that it is done. */
async function writeSubmittable(
  target: Target,
  statement: Statement,
  { query, rest, hold }: Submission,
  release: () => void,
): Promise<void> {
  const { connection } = target;
  let running: Submitted | undefined;
  const perform = async (): Promise<WriteOutcome<undefined>> => {
    running = submit(connection.client, query, rest);
    hold.submitted();
    const failure = await running.done;
    if (failure !== undefined) throw failure.error;
    // Its command tag went to the query object: in doubt it wrote.
    if (connection.status !== 'idle') return { result: undefined, wrote: false };
    const position = await connection.readPosition(false);
    return { result: undefined, wrote: true, ...(position !== undefined && { position }) };
  };
  const failure = await reportWrite(target, statement, perform, release).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  // A failure of the query itself has reached it already.
  if (running !== undefined) running.announce();
  else if (failure !== undefined) throw failure.error;
}
