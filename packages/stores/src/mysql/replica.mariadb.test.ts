import type { MysqlPair } from '@rendezvous/testkit';
import { startMariadbPair } from '@rendezvous/testkit';
import mysql from 'mysql2';
import promiseMysql from 'mysql2/promise';
import type { Connection, Pool, RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { CALLBACK_CASES, PROMISE_CASES } from '../../test/mysql-cases.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import { untilReached } from '../../test/caught-up.js';
import { toTarget } from '../../test/replica-target.js';
import { createGate } from '../gate.js';
import { unwrap } from '../shim-registry.js';
import { mysqlVisibility } from './visibility.js';
import { wrapMysql2 } from './shim.js';

let pair: MysqlPair;

beforeAll(async () => {
  pair = await startMariadbPair();
  const handle = new RecordingHandle();
  const connection = wrapMysql2(await connectTo(pair.primary.url), handle);
  await connection.query('CREATE TABLE posts (id VARCHAR(32) PRIMARY KEY, body TEXT)');
  await connection.query(`INSERT INTO posts VALUES ('a', '1'), ('b', '2')`);
  connection.destroy();
  await untilAtReplica(handle);
});

afterAll(() => pair.shutdown());

async function connectTo(uri: string, options = {}): Promise<Connection> {
  const connection = await promiseMysql.createConnection({ uri, ...options });
  connection.on('error', () => undefined);
  return connection;
}

async function wrapped(uri: string, handle: RecordingHandle, options = {}): Promise<Connection> {
  const bare = await connectTo(uri, options);
  onTestFinished(() => {
    bare.destroy();
  });
  return wrapMysql2(bare, handle);
}

/** Waits until the last branch of `handle` is visible. */
async function untilAtReplica(handle: RecordingHandle): Promise<void> {
  const strategy = mysqlVisibility();
  const { signal } = new AbortController();
  const replica = await strategy.connectReplica(toTarget(pair.replica.url), signal);
  await untilReached(strategy, replica, handle.branches.at(-1)?.position ?? '', 25);
  await replica.shutdown();
}

test('one read of a replica may be repeated, unless it locks, streams, or is in a transaction', async () => {
  const handle = new RecordingHandle();
  const connection = await wrapped(pair.replica.url, handle);
  await connection.query('SELECT * FROM posts');
  await connection.execute('SELECT * FROM posts');
  await connection.query('SELECT * FROM posts LOCK IN SHARE MODE');
  await connection.query('SELECT SLEEP(0)');
  await connection.query('BEGIN');
  await connection.query('SELECT * FROM posts');
  await connection.query('COMMIT');
  expect(handle.recorded.map(({ kind, fromPrimary }) => [kind, fromPrimary])).toEqual(
    handle.recorded.map(() => ['read', false]),
  );
  // The statement that was new is prepared after a wait of its own.
  expect(handle.recorded.map(({ repeatable }) => repeatable)).toEqual([
    ...[true, false, true, false, false, false],
  ]);
});

describe('a read that is repeated comes to the same as a bare one', () => {
  const reads = PROMISE_CASES.filter(([name]) =>
    /of rows|with values|of options|^error/.test(name),
  );

  test.each(reads)('promise: %s', async (_name, _branches, run) => {
    const bare = await connectTo(pair.replica.url);
    const again = await wrapped(pair.replica.url, new RecordingHandle({ repeat: true }));
    const outcome = JSON.stringify(await run(again));
    expect(outcome).toEqual(JSON.stringify(await run(bare)));
    bare.destroy();
  });

  const callbackReads = CALLBACK_CASES.filter(([name]) =>
    /of rows|options|arrays|nested|without values|^stream$|cannot be prepared|of syntax/.test(name),
  );
  test.each(callbackReads)('callback: %s', async (_name, _branches, run) => {
    const outcomes: unknown[] = [];
    for (const wrap of [false, true]) {
      const bare = mysql.createConnection(pair.replica.url);
      const handle = new RecordingHandle({ repeat: true });
      outcomes.push(JSON.stringify(await run(wrap ? wrapMysql2(bare, handle) : bare)));
      bare.destroy();
    }
    expect(outcomes[1]).toEqual(outcomes[0]);
  });
});

test('a read of a pool that has nothing to wait for is the bare pool’s', async () => {
  const handle = new RecordingHandle({ passReads: true });
  const bare = promiseMysql.createPool({ uri: pair.replica.url, connectionLimit: 1 });
  onTestFinished(() => bare.end());
  const pool: Pool = wrapMysql2(bare, handle);
  await pool.query('SELECT 1');
  const [rows] = await pool.query<RowDataPacket[]>('SELECT id FROM posts ORDER BY id');
  await pool.execute('SELECT id FROM posts');
  await pool.query('SELECT SLEEP(0)');
  expect(rows).toEqual([{ id: 'a' }, { id: 'b' }]);
  // The first one asks the server what it is.
  expect(handle.recorded.map(({ kind }) => kind)).toEqual([
    ...['read', 'passed read', 'passed read', 'read'],
  ]);
});

test('a read that waits holds no connection of its pool, and sees what was written meanwhile', async () => {
  const gate = createGate();
  const handle = new RecordingHandle({ beforeRead: () => gate.promise });
  const bare = promiseMysql.createPool({ uri: pair.replica.url, connectionLimit: 1 });
  onTestFinished(() => bare.end());
  const pool: Pool = wrapMysql2(bare, handle);
  handle.active = false;
  await pool.query('SELECT 1');
  handle.active = true;
  // The first statement on a connection tells what it leads to.
  const first = pool.query('SELECT 1');
  gate.open();
  await first;
  const held = createGate();
  const waiting = wrapMysql2(bare.pool, new RecordingHandle({ beforeRead: () => held.promise }));
  const known = new Promise((resolve) => waiting.query('ROLLBACK', resolve));
  await known;
  const read = waiting.promise().query<RowDataPacket[]>(`SELECT * FROM posts WHERE id = 'late'`);
  const executed = waiting
    .promise()
    .execute<RowDataPacket[]>(`SELECT * FROM posts WHERE id = 'late'`);
  // The pool has one connection.
  await bare.query('SELECT 2');
  const writes = new RecordingHandle();
  const writer = await wrapped(pair.primary.url, writes);
  await writer.query(`INSERT INTO posts VALUES ('late', '')`);
  await untilAtReplica(writes);
  held.open();
  expect((await read)[0]).toHaveLength(1);
  expect((await executed)[0]).toHaveLength(1);
});

test('statements behind a read that waits run in the order of issue', async () => {
  const gate = createGate();
  const handle = new RecordingHandle({ beforeRead: () => gate.promise });
  const connection = await wrapped(pair.replica.url, handle);
  const order: string[] = [];
  const issued = ['SELECT 1', 'SET @a = 1', 'SELECT 2', 'SELEC'].map((text) =>
    connection
      .query(text)
      .catch(() => undefined)
      .then(() => order.push(text)),
  );
  gate.open();
  await Promise.all(issued);
  expect(order).toEqual(['SELECT 1', 'SET @a = 1', 'SELECT 2', 'SELEC']);
});

test('a read whose wait fails fails so, and the connection goes on', async () => {
  const handle = new RecordingHandle({ beforeRead: () => Promise.reject(new Error('no wait')) });
  const connection = await wrapped(pair.replica.url, handle);
  await expect(connection.query('SELECT 1')).rejects.toThrow('no wait');
  await expect(connection.execute('SELECT 1')).rejects.toThrow('no wait');
  await expect(connection.query('SELECT 1 FROM posts FOR UPDATE')).rejects.toThrow('no wait');
  await connection.query('SET @a = 1');
});

test('a read at the origin is the primary’s', async () => {
  const origin = promiseMysql.createPool(pair.primary.url);
  onTestFinished(() => origin.end());
  const connection = await wrapped(pair.replica.url, new RecordingHandle({ origin }));
  const [rows] = await connection.query<RowDataPacket[]>('SELECT @@server_id AS id');
  expect(rows).toEqual([{ id: 1 }]);
});

test('without tracking a write is asked for, a warning says how to turn it on, and no-ops open none', async () => {
  const warnings: unknown[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const bare = await connectTo(pair.primary.url);
  await bare.query(`SET SESSION session_track_system_variables = ''`);
  const handle = new RecordingHandle();
  const connection = wrapMysql2(bare, handle);
  await connection.query(`INSERT INTO posts VALUES ('untracked', '')`);
  await connection.query(`UPDATE posts SET body = body`);
  await connection.query('BEGIN');
  await connection.query(`DELETE FROM posts WHERE id = 'untracked'`);
  await connection.query('COMMIT');
  await connection.query('BEGIN');
  await connection.query('ROLLBACK');
  bare.destroy();
  expect(handle.branches).toHaveLength(2);
  for (const { position } of handle.branches) expect(position).toMatch(/^mariadb:0-1-\d+$/);
  expect(warnings).toEqual([
    expect.objectContaining({ message: expect.stringContaining('last_gtid') as unknown }),
  ]);
});

test('what is no client of mysql2, or wrapped already, is refused', async () => {
  const handle = new RecordingHandle();
  const connection = await wrapped(pair.replica.url, handle);
  expect(() => wrapMysql2(connection, handle)).toThrow(/wrapped already/);
  expect(() => wrapMysql2({}, handle)).toThrow(/no connection, pool or pool cluster/);
  expect(unwrap(connection)).toBeInstanceOf(promiseMysql.Connection);
});

test('a cluster of pools reads and writes each at its own server', async () => {
  const handle = new RecordingHandle();
  const bare = promiseMysql.createPoolCluster();
  onTestFinished(() => bare.end());
  bare.add('primary', { uri: pair.primary.url });
  bare.add('replica', { uri: pair.replica.url });
  const cluster = wrapMysql2(bare, handle);
  await cluster.of('primary').query(`INSERT INTO posts VALUES ('cluster', '')`);
  await cluster.of('replica').query('SELECT * FROM posts');
  const connection = await cluster.getConnection('replica');
  await connection.query('SELECT * FROM posts');
  connection.release();
  expect(handle.branches).toHaveLength(1);
  expect(handle.reads.map(({ fromPrimary }) => fromPrimary)).toEqual([false, false]);
});

test('a write on a replica that was promoted under a connection is a branch', async () => {
  const handle = new RecordingHandle();
  const connection = await wrapped(pair.replica.url, handle);
  await connection.query('SELECT 1');
  await pair.promote();
  await connection.query(`INSERT INTO posts VALUES ('promoted', '')`);
  expect(handle.branches.map(({ position }) => position)).toEqual([
    expect.stringMatching(/^mariadb:0-2-\d+$/),
  ]);
});
