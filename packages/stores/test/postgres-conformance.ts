import { postgresVisibility, wrapPg } from '../src/postgres/index.js';
import type {
  ConformanceClient,
  ConformanceHarness,
  ConnectOptions,
  RunningReplica,
  RunningStore,
} from '../src/conformance/index.js';
import { type LinkedReplica, type PostgresPair, startPostgresPair } from '@rendezvous/testkit';
import pg from 'pg';

/** PostgreSQL with a hot standby, through a pool of node-postgres. */
export interface PostgresConformanceClient extends ConformanceClient {
  readonly pool: pg.Pool;
}

export interface PostgresConformanceStore extends RunningStore {
  readonly pair: PostgresPair;
}

type Harness = ConformanceHarness<PostgresConformanceClient, PostgresConformanceStore>;

const PUT = 'INSERT INTO kept VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET text = excluded.text';

interface Statement {
  readonly text: string;
  readonly name?: string;
  readonly values?: readonly unknown[];
}

/** Every statement of a monitor, counted where it leaves. */
let monitorStatements = 0;
class CountingClient {
  readonly #client: pg.Client;

  constructor(config: pg.ClientConfig) {
    this.#client = new pg.Client(config);
  }

  get connection(): { readonly stream: { destroy(): unknown } } {
    return (this.#client as unknown as CountingClient).connection;
  }

  connect(): Promise<unknown> {
    return this.#client.connect();
  }

  query({ text, name, values }: Statement): Promise<pg.QueryResult<Record<string, unknown>>> {
    monitorStatements += 1;
    return this.#client.query({
      text,
      ...(name !== undefined && { name }),
      ...(values && { values: [...values] }),
    });
  }

  end(): Promise<void> {
    return this.#client.end();
  }

  on(event: 'error' | 'end', listener: () => void): unknown {
    return event === 'end' ? this.#client.on(event, listener) : this.#client.on(event, listener);
  }
}

export const postgresConformance: Harness = {
  name: 'PostgreSQL through pg',
  strategy: postgresVisibility({ Client: CountingClient }),
  startStore,
  connect,
  writes: [
    { title: 'a query of a pool', run: ({ pool }, key, value) => pool.query(PUT, [key, value]) },
    {
      title: 'a prepared statement',
      run: ({ pool }, key, value) => pool.query({ name: 'put', text: PUT, values: [key, value] }),
    },
    {
      title: 'a text of several statements',
      run: ({ pool }, key, value) =>
        pool.query(`SELECT 1; INSERT INTO kept VALUES ('${key}', '${value}'); SELECT 2`),
    },
    {
      title: 'a SELECT that calls a function which writes',
      run: ({ pool }, key, value) => pool.query('SELECT keep($1, $2)', [key, value]),
    },
    {
      title: 'a callback',
      run: ({ pool }, key, value) =>
        new Promise((resolve, reject) => {
          pool.query(PUT, [key, value], (error: Error | undefined, result) => {
            if (error) reject(error);
            else resolve(result);
          });
        }),
    },
    {
      title: 'a transaction',
      run: (client, key, value) => transact(client, key, value, 'COMMIT'),
    },
    {
      title: 'a transaction with synchronous_commit = off',
      run: ({ pool }, key, value) =>
        onClient(pool, async (client) => {
          await client.query('BEGIN; SET LOCAL synchronous_commit = off');
          await client.query(PUT, [key, value]);
          await client.query('COMMIT');
        }),
    },
  ],
  otherWrites: [
    {
      title: 'DELETE',
      run: ({ pool }, key) => pool.query('DELETE FROM kept WHERE id = $1', [key]),
    },
    { title: 'CREATE TABLE', run: ({ pool }, key) => pool.query(`CREATE TABLE "${key}" (id int)`) },
    {
      title: 'INSERT of several rows',
      run: ({ pool }, key) => pool.query(`INSERT INTO kept VALUES ($1 || 'a'), ($1 || 'b')`, [key]),
    },
    { title: 'CALL', run: ({ pool }, key) => pool.query('CALL keep_and_commit($1)', [key]) },
  ],
  reads: [
    { title: 'SELECT', run: ({ pool }) => pool.query('SELECT * FROM kept') },
    {
      title: 'SELECT, prepared',
      run: ({ pool }, key) =>
        pool.query({ name: 'get', text: 'SELECT text FROM kept WHERE id = $1', values: [key] }),
    },
    { title: 'SHOW', run: ({ pool }) => pool.query('SHOW work_mem') },
    {
      title: 'a transaction that only reads',
      run: ({ pool }) =>
        onClient(pool, async (client) => {
          await client.query('BEGIN');
          await client.query('SELECT * FROM kept');
          await client.query('COMMIT');
        }),
    },
  ],
  failures: [
    { title: 'a syntax error', run: ({ pool }) => pool.query('SELEC') },
    {
      title: 'a violated constraint',
      run: ({ pool }) => pool.query('INSERT INTO kept VALUES (NULL)'),
    },
    { title: 'an error while it runs', run: ({ pool }) => pool.query('SELECT 1/0') },
    {
      title: 'a transaction that failed',
      run: ({ pool }) =>
        onClient(pool, async (client) => {
          await client.query('BEGIN');
          await client.query("INSERT INTO kept VALUES ('undone')");
          await client.query('INSERT INTO kept VALUES (NULL)');
        }),
    },
  ],
  rollback: { run: (client, key, value) => transact(client, key, value, 'ROLLBACK') },
  keys: { notApplicable: 'keys of SQL come from rv.with({ key })' },
  expiry: { notApplicable: 'rows do not expire' },
  severalReplicas: true,
  promotion: { promote: ({ pair }) => pair.promote() },
  olderCopy: {
    keep: ({ pair }) => pair.keepReplica(),
    restore: ({ pair }) => pair.restoreReplica(),
  },
  monitorOperations: { count: () => Promise.resolve(monitorStatements) },
};

async function transact(
  { pool }: PostgresConformanceClient,
  key: string,
  value: string,
  end: 'COMMIT' | 'ROLLBACK',
): Promise<void> {
  await onClient(pool, async (client) => {
    await client.query('BEGIN');
    await client.query(PUT, [key, value]);
    await client.query(end);
  });
}

async function onClient(
  pool: pg.Pool,
  use: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  try {
    await use(client);
  } finally {
    // A client with a transaction that failed must not go back to the pool.
    client.release(true);
  }
}

async function startStore(options: {
  readonly replicaCount: number;
}): Promise<PostgresConformanceStore> {
  const pair = await startPostgresPair(options);
  const client = new pg.Client({ connectionString: pair.primary.url });
  await client.connect();
  await client.query(`
    CREATE TABLE kept (id text PRIMARY KEY, text text);
    CREATE FUNCTION keep(id text, text text) RETURNS text LANGUAGE sql
      AS 'INSERT INTO kept VALUES (id, text) RETURNING text';
    CREATE PROCEDURE keep_and_commit(id text) LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO kept VALUES (id); COMMIT; END $$`);
  await client.end();
  return {
    pair,
    primary: pair.primary,
    replicas: pair.replicas.map(toReplica),
    shutdown: () => pair.shutdown(),
  };
}

function toReplica({ replica, lag }: LinkedReplica): RunningReplica {
  return {
    get url() {
      return replica.url;
    },
    stop: () => replica.stop(),
    kill: () => replica.kill(),
    start: () => replica.start(),
    lag,
    disconnectClients: async () => {
      const client = new pg.Client({ connectionString: replica.url });
      await client.connect();
      await client.query(`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`);
      await client.end();
    },
  };
}

function connect({
  url,
  handle,
  connectionCount,
}: ConnectOptions): Promise<PostgresConformanceClient> {
  const bare = new pg.Pool({ connectionString: url, max: connectionCount });
  // A server that ends takes its connections with it; a call then says so.
  bare.on('error', () => undefined);
  const pool = handle ? wrapPg(bare, handle) : bare;
  return Promise.resolve({
    pool,
    put: (key, value) => pool.query(PUT, [key, value]),
    get: async (key) => {
      const { rows } = await pool.query<{ text: string }>('SELECT text FROM kept WHERE id = $1', [
        key,
      ]);
      return rows[0]?.text;
    },
    remove: (key) => pool.query('DELETE FROM kept WHERE id = $1', [key]),
    shutdown: () => bare.end(),
  });
}
