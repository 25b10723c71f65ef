import { Readable } from 'node:stream';
import type { Connection, Pool, Query } from 'mysql2';
import type { Connection as PromiseConnection, Pool as PromisePool } from 'mysql2/promise';
import { called, settle, settleAll } from './outcomes.js';

/** A call, and how many branches it opens at a primary. */
export type MysqlCase<C> = readonly [
  name: string,
  branches: number,
  run: (client: C) => Promise<unknown>,
];

/** Every event of a query without callback, in order, up to its end. */
function events(query: Query): Promise<unknown> {
  return new Promise((resolve) => {
    const seen: unknown[] = [];
    query.on('error', (error: unknown) => seen.push(['error', String(error)]));
    query.on('fields', (fields: { name: string }[] | undefined) =>
      seen.push(['fields', fields?.map(({ name }) => name)]),
    );
    query.on('result', (row: unknown, index: unknown) => seen.push(['result', row, index]));
    query.on('end', () => {
      resolve([...seen, 'end']);
    });
  });
}

async function rowsOf(stream: Readable): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of stream) rows.push(row);
  return rows;
}

/** Runs the texts one after the other, on after errors. */
async function each(client: PromiseConnection, ...texts: string[]): Promise<unknown> {
  const outcomes: unknown[] = [];
  for (const text of texts) outcomes.push(await settle(client.query(text)));
  return outcomes;
}

const INSERT = `INSERT INTO posts (id, body) VALUES ('n', 'new')`;

export const CALLBACK_CASES: readonly MysqlCase<Connection>[] = [
  ['query of rows', 0, (c) => called((cb) => c.query('SELECT * FROM posts', cb))],
  ['query with values', 0, (c) => called((cb) => c.query('SELECT ? AS a, ?? FROM posts', [1, 'id'], cb))],
  ['query of options', 0, (c) => called((cb) => c.query({ sql: 'SELECT ? AS a', values: [1] }, cb))],
  ['options and values', 0, (c) => called((cb) => c.query({ sql: 'SELECT ? AS a' }, [2], cb))],
  ['rows as arrays', 0, (c) => called((cb) => c.query({ sql: 'SELECT * FROM posts', rowsAsArray: true }, cb))],
  ['nested tables', 0, (c) => called((cb) => c.query({ sql: 'SELECT * FROM posts', nestTables: true }, cb))],
  ['insert', 1, (c) => called((cb) => c.query(INSERT, cb))],
  ['insert of an object', 1, (c) => called((cb) => c.query('INSERT INTO posts SET ?', { id: 'n', body: "it's" }, cb))],
  ['update', 1, (c) => called((cb) => c.query(`UPDATE posts SET body = 'x' WHERE id = 'a'`, cb))],
  ['update of nothing', 0, (c) => called((cb) => c.query(`UPDATE posts SET body = 'x' WHERE id = 'none'`, cb))],
  ['update without change', 0, (c) => called((cb) => c.query(`UPDATE posts SET body = body`, cb))],
  ['delete', 1, (c) => called((cb) => c.query(`DELETE FROM posts WHERE id = 'a'`, cb))],
  ['replace', 1, (c) => called((cb) => c.query(`REPLACE INTO posts VALUES ('a', 'r')`, cb))],
  ['create and drop', 2, async (c) => [await called((cb) => c.query('CREATE TABLE made (id INT)', cb)), await called((cb) => c.query('DROP TABLE made', cb))]],
  ['error of syntax', 0, (c) => called((cb) => c.query('SELEC 1', cb))],
  ['error of a duplicate', 0, (c) => called((cb) => c.query(`INSERT INTO posts VALUES ('a', '')`, cb))],
  ['execute of rows', 0, (c) => called((cb) => c.execute('SELECT * FROM posts WHERE id = ?', ['a'], cb))],
  ['execute without values', 0, (c) => called((cb) => c.execute('SELECT 1 AS one', cb))],
  ['execute of an insert', 1, (c) => called((cb) => c.execute('INSERT INTO posts VALUES (?, ?)', ['n', 'b'], cb))],
  ['execute twice', 2, async (c) => [await called((cb) => c.execute('UPDATE posts SET body = ?', ['1'], cb)), await called((cb) => c.execute('UPDATE posts SET body = ?', ['2'], cb))]],
  ['execute that cannot be prepared', 0, (c) => called((cb) => c.execute('SELECT * FROM nowhere', cb))],
  ['execute of undefined', 0, (c) => Promise.resolve(tryTo(() => c.execute('SELECT ?', [undefined as never], () => undefined)))],
  ['prepare, execute, close', 1, (c) => prepared(c)],
  ['prepare that fails', 0, (c) => called((cb) => c.prepare('SELECT * FROM nowhere', (error) => cb(error)))],
  ['events of rows', 0, (c) => events(c.query('SELECT * FROM posts'))],
  ['events of an insert', 1, (c) => events(c.query(INSERT))],
  ['events of an error', 0, (c) => events(c.query('SELEC 1'))],
  ['events of execute', 0, (c) => events(c.execute('SELECT * FROM posts'))],
  ['events of execute of an insert', 1, (c) => events(c.execute(INSERT))],
  ['stream', 0, (c) => rowsOf(c.query('SELECT * FROM posts').stream())],
  ['stream of an insert', 1, (c) => rowsOf(c.query(INSERT).stream())],
  ['stream of an error', 0, (c) => settle(rowsOf(c.query('SELEC 1').stream()))],
  ['commit', 1, (c) => transaction(c, (cb) => c.commit(cb))],
  ['rollback', 0, (c) => transaction(c, (cb) => c.rollback(cb))],
  ['order of callbacks', 2, (c) => order(c)],
  ['several statements', 1, (c) => called((cb) => c.query(`SELECT 1; ${INSERT}; DELETE FROM posts WHERE id = 'a'`, cb))],
  ['several statements that fail', 1, (c) => called((cb) => c.query(`${INSERT}; SELEC 1`, cb))],
  ['ping', 0, (c) => called((cb) => c.ping((error) => cb(error)))],
  ['reset and query', 1, async (c) => [await called((cb) => (c as unknown as { reset: (cb: unknown) => void }).reset(cb)), await called((cb) => c.query(INSERT, cb))]],
  ['changeUser and query', 1, async (c) => [await called((cb) => c.changeUser({ database: 'rendezvous' }, cb)), await called((cb) => c.query(INSERT, cb))]],
  ['load data', 1, (c) => called((cb) => c.query({ sql: `LOAD DATA LOCAL INFILE 'x' INTO TABLE posts FIELDS TERMINATED BY ','`, infileStreamFactory: () => Readable.from([Buffer.from('l1,x\nl2,y\n')]) }, cb))],
  ['after the end', 0, async (c) => [await called((cb) => c.end((error) => cb(error))), await new Promise((resolve) => void c.query('SELECT 1', (error) => resolve(String(error))))]],
  ['escape and format', 0, (c) => Promise.resolve([c.escape("a'b"), c.escapeId('x'), c.format('?', [1])])],
]; // prettier-ignore

function tryTo(act: () => unknown): unknown {
  try {
    return typeof act();
  } catch (error) {
    return String(error);
  }
}

async function prepared(c: Connection): Promise<unknown> {
  return called((cb) => {
    c.prepare('UPDATE posts SET body = ? WHERE id = ?', (error, statement) => {
      if (error) {
        cb(error);
        return;
      }
      statement.execute(['p', 'a'], (failure, result) => {
        statement.close();
        cb(failure, result);
      });
    });
  });
}

async function transaction(
  c: Connection,
  end: (cb: (error: unknown) => void) => void,
): Promise<unknown> {
  return [
    await called((cb) => c.beginTransaction((error) => cb(error))),
    await called((cb) => c.query(INSERT, cb)),
    await called((cb) => c.query(`DELETE FROM posts WHERE id = 'a'`, cb)),
    await called((cb) => c.query('SELECT COUNT(*) AS n FROM posts', cb)),
    await called((cb) => {
      end((error) => {
        cb(error);
      });
    }),
  ];
}

/** Issued at once: callbacks come in the order of issue. */
async function order(c: Connection): Promise<unknown> {
  const seen: string[] = [];
  const issue = (text: string): Promise<void> =>
    new Promise((resolve) => {
      c.query(text, () => {
        seen.push(text);
        resolve();
      });
    });
  await Promise.all(
    [INSERT, 'SELECT 1', 'SELEC', `DELETE FROM posts WHERE id = 'a'`, 'SELECT 2'].map(issue),
  );
  return seen;
}

/** At MariaDB and MySQL. */
export const PROMISE_CASES: readonly MysqlCase<PromiseConnection>[] = [
  ['query of rows', 0, (c) => c.query('SELECT * FROM posts')],
  ['query with values', 0, (c) => c.query('SELECT * FROM posts WHERE id = ?', ['a'])],
  ['query with quotes in values', 0, (c) => c.query('SELECT ? AS a', [`it's "x" \\ \n`])],
  ['query of options', 0, (c) => c.query({ sql: 'SELECT ? AS a', values: [1], rowsAsArray: true })],
  ['insert', 1, (c) => c.query(INSERT)],
  ['insert of many', 1, (c) => c.query('INSERT INTO posts VALUES ?', [[['m', '1'], ['n', '2']]])],
  ['insert … on duplicate key', 1, (c) => c.query(`INSERT INTO posts VALUES ('a', 'x') ON DUPLICATE KEY UPDATE body = 'y'`)],
  ['insert ignore of a duplicate', 0, (c) => c.query(`INSERT IGNORE INTO posts VALUES ('a', 'x')`)],
  ['insert … select', 1, (c) => c.query(`INSERT INTO posts SELECT CONCAT(id, '2'), body FROM posts`)],
  ['update', 1, (c) => c.query(`UPDATE posts SET body = 'x'`)],
  ['delete with a CTE of nothing', 0, (c) => c.query(`DELETE FROM posts WHERE id IN (SELECT 'none')`)],
  ['truncate', 1, (c) => c.query('TRUNCATE posts')],
  ['alter', 1, (c) => c.query('ALTER TABLE posts ADD COLUMN extra INT NULL')],
  ['error of syntax', 0, (c) => settle(c.query('SELEC 1'))],
  ['error of a duplicate', 0, (c) => settle(c.query(`INSERT INTO posts VALUES ('a', '')`))],
  ['callback is refused', 0, (c) => Promise.resolve(tryTo(() => c.query('SELECT 1', (() => undefined) as never)))],
  ['execute of rows', 0, (c) => c.execute('SELECT * FROM posts WHERE id = ?', ['a'])],
  ['execute of an insert', 1, (c) => c.execute('INSERT INTO posts VALUES (?, ?)', ['n', 'b'])],
  ['execute that fails', 0, (c) => settle(c.execute('SELECT * FROM nowhere'))],
  ['prepare', 1, async (c) => { const s = await c.prepare('INSERT INTO posts VALUES (?, ?)'); const r = await s.execute(['n', 'b']); await s.close(); return r; }],
  ['prepare that fails', 0, (c) => settle(c.prepare('SELECT * FROM nowhere'))],
  ['transaction', 1, async (c) => { await c.beginTransaction(); const r = [await c.query(INSERT), await c.execute(`DELETE FROM posts WHERE id = 'a'`)]; await c.commit(); return r; }],
  ['rolled back', 0, async (c) => { await c.beginTransaction(); const r = await c.query(INSERT); await c.rollback(); return r; }],
  ['START TRANSACTION and COMMIT', 1, (c) => each(c, 'START TRANSACTION', INSERT, 'COMMIT', 'SELECT * FROM posts')],
  ['BEGIN and ROLLBACK', 0, (c) => each(c, 'BEGIN', INSERT, 'ROLLBACK', 'SELECT * FROM posts')],
  ['empty transaction', 0, (c) => each(c, 'BEGIN', 'SELECT * FROM posts', 'COMMIT')],
  ['BEGIN commits what went before', 1, (c) => each(c, 'BEGIN', INSERT, 'BEGIN', 'ROLLBACK')],
  ['autocommit off and COMMIT', 1, (c) => each(c, 'SET autocommit = 0', INSERT, `DELETE FROM posts WHERE id = 'a'`, 'COMMIT', 'SET autocommit = 1')],
  ['autocommit on commits', 1, (c) => each(c, 'SET autocommit = 0', INSERT, 'SET autocommit = 1')],
  ['DDL commits', 1, (c) => each(c, 'BEGIN', INSERT, 'CREATE TABLE made (id INT)')],
  ['DDL alone', 2, (c) => each(c, 'CREATE TABLE made (id INT)', 'DROP TABLE made')],
  ['savepoints', 1, (c) => each(c, 'BEGIN', INSERT, 'SAVEPOINT s', `DELETE FROM posts WHERE id = 'a'`, 'ROLLBACK TO s', 'RELEASE SAVEPOINT s', 'COMMIT', 'SELECT * FROM posts')],
  ['COMMIT AND CHAIN', 2, (c) => each(c, 'BEGIN', INSERT, 'COMMIT AND CHAIN', `DELETE FROM posts WHERE id = 'a'`, 'COMMIT')],
  ['error in a transaction', 1, (c) => each(c, 'BEGIN', INSERT, INSERT, 'COMMIT')],
  ['several statements', 1, (c) => c.query(`SELECT 1; ${INSERT}; SELECT * FROM posts`)],
  ['several statements in a transaction', 1, (c) => c.query(`BEGIN; ${INSERT}; COMMIT`)],
  ['several statements that fail', 1, (c) => each(c, `${INSERT}; SELEC 1`)],
  ['SELECT … FOR UPDATE', 0, (c) => c.query('SELECT * FROM posts FOR UPDATE')],
  ['SELECT … INTO a variable', 0, (c) => each(c, `SELECT body INTO @b FROM posts WHERE id = 'a'`, 'SELECT @b')],
  ['CALL of a procedure that writes', 1, (c) => c.query('CALL add_post()')],
  ['CALL of a procedure that reads', 0, (c) => c.query('CALL read_posts()')],
  ['CALL that fails half-way', 1, (c) => settle(c.query('CALL add_and_fail()'))],
  ['a function that writes', 1, (c) => c.query('SELECT write_post() AS written')],
  ['a prepared statement of SQL', 1, (c) => each(c, `PREPARE s FROM "${INSERT.replaceAll('"', '')}"`, 'EXECUTE s', 'DEALLOCATE PREPARE s')],
  ['LOCK TABLES', 1, (c) => each(c, 'LOCK TABLES posts WRITE', INSERT, 'UNLOCK TABLES')],
  ['temporary table', 0, (c) => each(c, 'SET @x = 1', 'SHOW TABLES LIKE \'none\'', 'USE rendezvous')],
  ['ROW_COUNT() and FOUND_ROWS()', 1, (c) => each(c, INSERT, 'SELECT ROW_COUNT() AS n', 'SELECT * FROM posts', 'SELECT FOUND_ROWS() AS n')],
  ['LAST_INSERT_ID()', 1, (c) => each(c, `INSERT INTO numbered (body) VALUES ('x')`, 'SELECT LAST_INSERT_ID() AS id')],
  ['warnings', 1, (c) => each(c, `INSERT IGNORE INTO posts VALUES ('n', 'b'), ('a', 'x')`, 'SHOW WARNINGS')],
  ['ping and reset', 0, async (c) => { await c.ping(); return (c as unknown as { reset: () => Promise<unknown> }).reset(); }],
  ['at once', 1, (c) => settleAll(c.query(INSERT), c.query('SELECT COUNT(*) AS n FROM posts'), c.query('SELEC'))],
]; // prettier-ignore

/** MariaDB alone can do these. */
export const MARIADB_CASES: readonly MysqlCase<PromiseConnection>[] = [
  ['INSERT … RETURNING', 1, (c) => c.query(`${INSERT} RETURNING id`)],
  ['DELETE … RETURNING of nothing', 0, (c) => c.query(`DELETE FROM posts WHERE id = 'none' RETURNING id`)],
  ['NEXT VALUE FOR', 1, (c) => c.query('SELECT NEXT VALUE FOR numbers > 0 AS n')],
]; // prettier-ignore

export const POOL_CASES: readonly MysqlCase<PromisePool>[] = [
  ['pool query', 0, (p) => p.query('SELECT * FROM posts WHERE id = ?', ['a'])],
  ['pool query of an insert', 1, (p) => p.query(INSERT)],
  ['pool execute', 0, (p) => p.execute('SELECT * FROM posts WHERE id = ?', ['a'])],
  ['pool execute of an insert', 1, (p) => p.execute('INSERT INTO posts VALUES (?, ?)', ['n', 'b'])],
  ['pool error', 0, (p) => settle(p.query('SELEC 1'))],
  ['pool execute error', 0, (p) => settle(p.execute('SELECT * FROM nowhere'))],
  ['pool in parallel', 3, (p) => Promise.all(['1', '2', '3'].map((id) => p.query('INSERT INTO posts VALUES (?, ?)', [id, ''])))],
  ['connection of a pool', 1, async (p) => { const c = await p.getConnection(); await c.beginTransaction(); const r = await c.query(INSERT); await c.commit(); c.release(); return r; }],
  ['connection given back to its pool', 0, async (p) => { const c = await p.getConnection(); const r = await c.query('SELECT 1'); p.releaseConnection(c); return r; }],
]; // prettier-ignore

export const CALLBACK_POOL_CASES: readonly MysqlCase<Pool>[] = [
  ['pool query', 0, (p) => called((cb) => p.query('SELECT * FROM posts', cb))],
  ['pool query of an insert', 1, (p) => called((cb) => p.query(INSERT, cb))],
  ['pool execute', 1, (p) => called((cb) => p.execute('INSERT INTO posts VALUES (?, ?)', ['n', 'b'], cb))],
  ['pool error', 0, (p) => called((cb) => p.query('SELEC 1', cb))],
  ['pool events', 1, (p) => events(p.query(INSERT))],
  ['pool stream', 0, (p) => rowsOf(p.query('SELECT * FROM posts').stream())],
  ['connection of a pool', 1, (p) => new Promise((resolve) => { p.getConnection((_error, c) => { c.query(INSERT, (_failure, result) => { c.release(); resolve(result); }); }); })],
  ['promise()', 1, (p) => p.promise().query(INSERT)],
]; // prettier-ignore
