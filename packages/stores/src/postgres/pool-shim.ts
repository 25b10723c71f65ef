import type { StoreHandle } from '@rendezvous/protocol';
import { RendezvousError } from '@rendezvous/protocol';
import { shimClient } from './client-shim.js';
import { deliver } from './deliver.js';
import type { PgPool, PgPoolClient, QueryResult } from './driver.js';
import { FunctionCatalog } from './function-catalog.js';
import { readOnReplica, runStatement } from './run-statement.js';
import type { Executed } from './run-statement.js';
import { connectionOf } from './server-connection.js';
import type { ServerConnection, ServerRole } from './server-connection.js';
import { noteServer } from './servers-seen.js';
import { createShim } from '../shim-proxy.js';
import { isPureRead, needsFunctionNames } from './statement-kind.js';
import { isSubmittable } from './submitted.js';
import { readQueryCall } from './user-statement.js';
import type { UserStatement } from './user-statement.js';

/**
 * `pool` with its writes reported to `handle` and its reads waiting through it. A statement of
 * `pool.query` holds a client only while the server works for it, not while it waits for a replica
 * or for its open.
 */
export function shimPool(pool: PgPool, handle: StoreHandle): PgPool {
  const functions = new FunctionCatalog();
  const clients = new WeakMap<PgPoolClient, PgPoolClient>();
  const wrapClient = (client: PgPoolClient): PgPoolClient => {
    const known = clients.get(client);
    if (known !== undefined) return known;
    const wrapped = shimClient(client, handle, functions) as PgPoolClient;
    clients.set(client, wrapped);
    return wrapped;
  };
  const runner = createPoolRunner(pool, handle, functions);

  const query = (...parameters: readonly unknown[]): unknown => {
    if (!handle.active) return Reflect.apply(pool.query, pool, parameters);
    const call = isSubmittable(parameters[0]) ? undefined : readQueryCall(parameters, undefined);
    // What is left to the driver still meets the shim in the clients that it connects.
    if (call === undefined) return Reflect.apply(pool.query, wrapped, parameters);
    if (runner.mayPass(call.statement)) return Reflect.apply(pool.query, pool, parameters);
    return deliver(runner.run(call.statement), call.callback, undefined);
  };

  const wrapped: PgPool = createShim(pool, {
    query,
    connect: (callback?: (error: unknown, client?: PgPoolClient, release?: unknown) => void) => {
      if (callback === undefined) return pool.connect().then(wrapClient);
      pool.connect((error, client, release) => {
        callback(error, client && wrapClient(client), release);
      });
      return undefined;
    },
  });
  return wrapped;
}

/** The connection at hand has another role than the last one of this pool: decide anew. */
class RoleChanged extends Error {}

interface PoolRunner {
  /** Whether the bare pool may run it: a proven read at a replica, with nothing to wait for. */
  mayPass(statement: UserStatement): boolean;
  run(statement: UserStatement): Promise<QueryResult>;
}

function createPoolRunner(
  pool: PgPool,
  handle: StoreHandle,
  functions: FunctionCatalog,
): PoolRunner {
  let lastRole: ServerRole | undefined;

  const readWithoutHolding = async (statement: UserStatement): Promise<QueryResult> => {
    if (needsFunctionNames(statement) && functions.known === undefined) {
      await withClient(pool, (connection) => functions.learn(connection));
    }
    const repeatable = isPureRead(statement, functions.known);
    return readOnReplica(handle, statement, repeatable, (use) =>
      withClient(pool, async (connection) => {
        lastRole = await connection.learnRole();
        if (lastRole !== 'replica') throw new RoleChanged();
        noteServer(handle, connection.server);
        return use(connection);
      }),
    );
  };

  return {
    mayPass: (statement) =>
      lastRole === 'replica' && isPureRead(statement, functions.known) && handle.passRead(),
    async run(statement) {
      if (lastRole === 'replica') {
        try {
          return await readWithoutHolding(statement);
        } catch (error) {
          if (!(error instanceof RoleChanged)) throw error;
        }
      }
      return withClient(pool, async (connection, executed) => {
        lastRole = await connection.learnRole();
        return runStatement({ connection, handle, functions }, statement, executed);
      });
    },
  };
}

/**
 * Lends a client of the pool to `use`, as the pool's own `query` does: a client whose statement
 * failed is closed, and one that breaks meanwhile does not end the process.
 */
async function withClient<T>(
  pool: PgPool,
  use: (connection: ServerConnection, executed: Executed) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const onError = (): void => undefined;
  client.on('error', onError);
  let released = false;
  const release: Executed = (error) => {
    if (released) return;
    released = true;
    client.removeListener('error', onError);
    client.release(error);
  };
  try {
    return await use(connectionOf(client), release);
  } catch (error) {
    // What Rendezvous refused or gave up says nothing of the client.
    const ours = error instanceof RoleChanged || error instanceof RendezvousError;
    release(ours ? undefined : error);
    throw error;
  } finally {
    release();
  }
}
