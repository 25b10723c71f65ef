import { Readable } from 'node:stream';
import type { MysqlPair, MysqlPairOptions, MysqlReplica } from '@rendezvous/testkit';
import mysql from 'mysql2';
import promiseMysql from 'mysql2/promise';
import type { Pool, PoolConnection, RowDataPacket } from 'mysql2/promise';
import type {
  ConformanceClient,
  ConformanceHarness,
  ConnectOptions,
  RunningReplica,
  RunningStore,
} from '../src/conformance/index.js';
import { mysqlVisibility, wrapMysql2 } from '../src/mysql/index.js';

/** MariaDB or MySQL with replicas, through a pool of mysql2 and both of its APIs. */
export interface MysqlConformanceClient extends ConformanceClient {
  readonly pool: Pool;
  readonly callbackPool: mysql.Pool;
}

export interface MysqlConformanceStore extends RunningStore {
  readonly pair: MysqlPair;
}

type Harness = ConformanceHarness<MysqlConformanceClient, MysqlConformanceStore>;

const PUT = 'INSERT INTO kept VALUES (?, ?) ON DUPLICATE KEY UPDATE text = VALUES(text)';

const SCHEMA = [
  'USE rendezvous',
  'CREATE TABLE kept (id VARCHAR(190) PRIMARY KEY, text TEXT)',
  'CREATE PROCEDURE keep(id VARCHAR(190), text TEXT) BEGIN INSERT INTO kept VALUES (id, text); COMMIT; END',
  `CREATE FUNCTION keep_one(id VARCHAR(190), text TEXT) RETURNS INT BEGIN INSERT INTO kept VALUES (id, text); RETURN 1; END`,
];

/** Every statement of a monitor, counted where it leaves. */
let monitorStatements = 0;
const strategy = mysqlVisibility({
  createConnection: async (options) => {
    const connection = await promiseMysql.createConnection(options);
    return {
      query: (statement) => {
        monitorStatements += 1;
        return connection.query<RowDataPacket[]>(statement);
      },
      on: (event, listener) => connection.on(event, listener),
      destroy: () => {
        connection.destroy();
      },
    };
  },
});

const writes: Harness['writes'] = [
  { title: 'a query of a pool', run: ({ pool }, key, value) => pool.query(PUT, [key, value]) },
  { title: 'execute of a pool', run: ({ pool }, key, value) => pool.execute(PUT, [key, value]) },
  {
    title: 'a callback',
    run: ({ callbackPool }, key, value) =>
      new Promise((resolve, reject) => {
        callbackPool.query(PUT, [key, value], (error, result) => {
          if (error) reject(error);
          else resolve(result);
        });
      }),
  },
  {
    title: 'a stream',
    run: ({ callbackPool }, key, value) =>
      new Promise((resolve, reject) => {
        const stream = callbackPool.query(PUT, [key, value]).stream();
        stream.on('error', reject).on('end', resolve).resume();
      }),
  },
  {
    title: 'a prepared statement',
    run: ({ pool }, key, value) =>
      onConnection(pool, async (connection) => {
        const statement = await connection.prepare(PUT);
        await statement.execute([key, value]);
        // The driver would give a statement that was closed to the next who prepares the same.
        connection.unprepare(PUT);
      }),
  },
  {
    title: 'a text of several statements',
    run: ({ pool }, key, value) =>
      pool.query('SELECT 1; INSERT INTO kept VALUES (?, ?); SELECT 2', [key, value]),
  },
  {
    title: 'a procedure',
    run: ({ pool }, key, value) => pool.query('CALL keep(?, ?)', [key, value]),
  },
  {
    title: 'a SELECT that calls a function which writes',
    run: ({ pool }, key, value) => pool.query('SELECT keep_one(?, ?)', [key, value]),
  },
  { title: 'a transaction', run: (client, key, value) => transact(client, key, value, 'COMMIT') },
  {
    title: 'autocommit off, and COMMIT',
    run: ({ pool }, key, value) =>
      onConnection(pool, async (connection) => {
        await connection.query('SET autocommit = 0');
        await connection.query(PUT, [key, value]);
        await connection.commit();
        await connection.query('SET autocommit = 1');
      }),
  },
];

/** The harness for the pairs that `startPair` starts. */
export function createMysqlConformance(
  product: 'MariaDB' | 'MySQL',
  startPair: (options: MysqlPairOptions) => Promise<MysqlPair>,
): Harness {
  return {
    name: `${product} through mysql2`,
    strategy,
    startStore: async (options) => {
      const pair = await startPair(options);
      for (const statement of SCHEMA) await asRoot(pair.primary.port, statement);
      return {
        pair,
        primary: pair.primary,
        replicas: pair.replicas.map(toReplica),
        shutdown: () => pair.shutdown(),
      };
    },
    connect,
    writes,
    otherWrites: [
      { title: 'DELETE', run: ({ pool }) => pool.query(`DELETE FROM kept ORDER BY id LIMIT 1`) },
      {
        title: 'CREATE TABLE',
        run: ({ pool }, key) => pool.query('CREATE TABLE ?? (id INT)', [key]),
      },
      {
        title: 'INSERT of several rows',
        run: ({ pool }, key) =>
          pool.query('INSERT INTO kept (id) VALUES ?', [[[`${key}a`], [`${key}b`]]]),
      },
      {
        title: 'LOAD DATA',
        run: ({ pool }, key) =>
          pool.query({
            sql: `LOAD DATA LOCAL INFILE 'rows' INTO TABLE kept (id)`,
            infileStreamFactory: () => Readable.from([Buffer.from(`${key}\n`)]),
          }),
      },
    ],
    reads: [
      { title: 'SELECT', run: ({ pool }) => pool.query('SELECT * FROM kept') },
      {
        title: 'SELECT, prepared',
        run: ({ pool }, key) => pool.execute('SELECT text FROM kept WHERE id = ?', [key]),
      },
      { title: 'SHOW', run: ({ pool }) => pool.query('SHOW TABLES') },
      {
        title: 'SELECT … FOR UPDATE',
        run: ({ pool }) => pool.query('SELECT * FROM kept FOR UPDATE'),
      },
      {
        title: 'UPDATE of nothing',
        run: ({ pool }, key) => pool.query(`UPDATE kept SET text = '' WHERE id = ?`, [key]),
      },
      {
        title: 'a transaction that only reads',
        run: ({ pool }) =>
          onConnection(pool, async (connection) => {
            await connection.beginTransaction();
            await connection.query('SELECT * FROM kept');
            await connection.commit();
          }),
      },
    ],
    failures: [
      { title: 'a syntax error', run: ({ pool }) => pool.query('SELEC') },
      {
        title: 'a violated constraint',
        run: ({ pool }) => pool.query('INSERT INTO kept VALUES (NULL, 1)'),
      },
      { title: 'a statement that cannot be prepared', run: ({ pool }) => pool.execute('SELEC') },
      {
        title: 'a transaction that failed',
        run: ({ pool }) =>
          onConnection(pool, async (connection) => {
            await connection.beginTransaction();
            await connection.query(`INSERT INTO kept VALUES ('undone', '')`);
            await connection.query('INSERT INTO kept VALUES (NULL, 1)');
          }),
      },
    ],
    rollback: { run: (client, key, value) => transact(client, key, value, 'ROLLBACK') },
    keys: { notApplicable: 'keys of SQL come from rv.with({ key })' },
    expiry: { notApplicable: 'rows do not expire' },
    severalReplicas: true,
    promotion: { promote: ({ pair }) => pair.promote() },
    olderCopy: {
      keep: ({ pair }) => pair.replicas[0].saveCopy(),
      restore: ({ pair }) => pair.replicas[0].rebuildFromCopy(),
    },
    monitorOperations: { count: () => Promise.resolve(monitorStatements) },
  };
}

async function transact(
  { pool }: MysqlConformanceClient,
  key: string,
  value: string,
  end: 'COMMIT' | 'ROLLBACK',
): Promise<void> {
  await onConnection(pool, async (connection) => {
    await connection.query('START TRANSACTION');
    await connection.query(PUT, [key, value]);
    await connection.query(end);
  });
}

async function onConnection(
  pool: Pool,
  use: (connection: PoolConnection) => Promise<void>,
): Promise<void> {
  const connection = await pool.getConnection();
  try {
    await use(connection);
    connection.release();
  } catch (error) {
    // A connection with a transaction that failed must not go back to the pool.
    connection.destroy();
    throw error;
  }
}

function toReplica({ server, lag }: MysqlReplica): RunningReplica {
  return {
    get url() {
      return server.url;
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    start: () => server.start(),
    lag,
    disconnectClients: async () => {
      const [rows] = await asRoot(
        server.port,
        `SELECT id FROM information_schema.processlist WHERE user = 'rendezvous'`,
      );
      for (const row of rows as RowDataPacket[]) {
        // One that has gone by itself needs no end.
        await asRoot(server.port, `KILL ${String(Object.values(row)[0])}`).catch(() => undefined);
      }
    },
  };
}

async function asRoot(port: number, sql: string): Promise<readonly [unknown, unknown]> {
  const connection = await promiseMysql.createConnection({
    ...{ host: '127.0.0.1', port, user: 'root', database: 'rendezvous' },
  });
  try {
    return await connection.query(sql);
  } finally {
    connection.destroy();
  }
}

function connect({
  url,
  handle,
  connectionCount,
}: ConnectOptions): Promise<MysqlConformanceClient> {
  const options = { uri: url, connectionLimit: connectionCount, multipleStatements: true };
  const bare = mysql.createPool({ ...options, flags: ['+LOCAL_FILES'] });
  const callbackPool = handle ? wrapMysql2(bare, handle) : bare;
  const pool = callbackPool.promise();
  return Promise.resolve({
    pool,
    callbackPool,
    put: (key, value) => pool.query(PUT, [key, value]),
    get: async (key) => {
      const [rows] = await pool.query<RowDataPacket[]>('SELECT text FROM kept WHERE id = ?', [key]);
      return rows[0]?.['text'] as string | undefined;
    },
    remove: (key) => pool.query('DELETE FROM kept WHERE id = ?', [key]),
    shutdown: () =>
      new Promise((resolve) => {
        bare.end(() => {
          resolve();
        });
      }),
  });
}
