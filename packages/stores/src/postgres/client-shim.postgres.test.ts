import { once } from 'node:events';
import type { PostgresPair } from '@rendezvous/testkit';
import { startPostgresPair } from '@rendezvous/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { all, called, settle, settleAll, toOutcome } from '../../test/outcomes.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import { wrapPg } from './index.js';

// Every case runs twice from the same state, on a bare client (or pool) and on a wrapped one, and
// must come to the same: results in every field and of the same class, errors in every field.

let pair: PostgresPair;

beforeAll(async () => {
  pair = await startPostgresPair();
  await withClient(async (client) => {
    await client.query('CREATE TABLE posts (id int PRIMARY KEY, text text, parent int)');
    await client.query(
      'ALTER TABLE posts ADD FOREIGN KEY (parent) REFERENCES posts DEFERRABLE INITIALLY DEFERRED',
    );
  });
});

afterAll(() => pair.shutdown());

async function withClient(use: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: pair.primary.url });
  await client.connect();
  await use(client);
  await client.end();
}

async function reset(): Promise<void> {
  await withClient((client) =>
    client.query("TRUNCATE posts; INSERT INTO posts VALUES (1, 'one'), (2, 'two')"),
  );
}

const parseAnything = (text: unknown): string => `parsed ${String(text)}`;
const parsers = { getTypeParser: () => parseAnything };

type Case = readonly [title: string, run: (client: pg.Client) => Promise<unknown>];

const statements: readonly Case[] = [
  ['a text query', (c) => c.query('SELECT * FROM posts ORDER BY id')],
  ['parameters', (c) => c.query('SELECT * FROM posts WHERE id = $1', [2])],
  ['an empty list of parameters', (c) => c.query('SELECT 1 AS one', [])],
  ['a config object', (c) => c.query({ text: 'SELECT $1::int AS n', values: [7] })],
  ['a config object with parameters beside it', (c) => c.query({ text: 'SELECT $1::int' }, [7])],
  ['rows as arrays', (c) => c.query({ text: 'SELECT * FROM posts', rowMode: 'array' })],
  ['own type parsers', (c) => c.query({ text: 'SELECT 1 AS one', types: parsers })],
  [
    'a named statement, prepared once and run by name',
    async (c) => [
      await c.query({ name: 'by-id', text: 'SELECT text FROM posts WHERE id = $1', values: [1] }),
      await c.query({ name: 'by-id', text: '', values: [2] }),
    ],
  ],
  [
    'a name that is used for two statements',
    async (c) =>
      settleAll(
        c.query({ name: 'twice', text: 'SELECT 1' }),
        c.query({ name: 'twice', text: 'SELECT 2' }),
      ),
  ],
  ['several statements in one text', (c) => c.query('SELECT 1 AS a; UPDATE posts SET text = id')],
  ['an empty text', (c) => c.query('')],
  ['a comment only', (c) => c.query('-- nothing')],
  ['INSERT … RETURNING', (c) => c.query("INSERT INTO posts VALUES (3, 'three') RETURNING *")],
  ['UPDATE', (c) => c.query("UPDATE posts SET text = 'new' WHERE id < 3")],
  ['DDL', (c) => c.query('CREATE TEMPORARY TABLE gone (a int)')],
  ['a syntax error', (c) => settle(c.query('SELEC 1'))],
  ['a constraint violation', (c) => settle(c.query('INSERT INTO posts VALUES (1)'))],
  ['an error in the middle of several', (c) => settle(c.query('SELECT 1; SELECT 1/0; SELECT 2'))],
  ['too few parameters', (c) => settle(c.query('SELECT $1::int, $2::int', [1]))],
  ['parameters that are no list', (c) => settle(c.query('SELECT 1', 5 as unknown as unknown[]))],
  [
    'a parameter that cannot be serialised',
    async (c) => {
      const circular: Record<string, unknown> = {};
      circular['self'] = circular;
      return settleAll(c.query('SELECT $1', [circular]), c.query('SELECT 1 AS after'));
    },
  ],
  ['a query without text', (c) => settle(c.query({} as pg.QueryConfig))],
  [
    'null instead of a query',
    (c) =>
      Promise.resolve()
        .then(() => c.query(null as unknown as string))
        .catch(toOutcome),
  ],
  [
    'a callback that is no function',
    (c) =>
      Promise.resolve()
        .then(() => c.query('SELECT 1', [], 5 as unknown as () => void))
        .catch(toOutcome),
  ],
  [
    'a query time-out',
    (c) => settle(c.query({ text: 'SELECT pg_sleep(0.2)', query_timeout: 20 } as pg.QueryConfig)),
  ],
  [
    'callback: text',
    (c) =>
      called((done) => {
        c.query('SELECT 1 AS one', done);
      }),
  ],
  [
    'callback: parameters',
    (c) =>
      called((done) => {
        c.query('SELECT $1::int', [1], done);
      }),
  ],
  [
    'callback: config',
    (c) =>
      called((done) => {
        c.query({ text: 'SELECT 1' }, done);
      }),
  ],
  [
    'callback: inside the config',
    (c) => called((callback) => c.query({ text: 'SELECT 1', callback } as pg.QueryConfig)),
  ],
  [
    'callback: a write',
    (c) =>
      called((done) => {
        c.query('DELETE FROM posts', done);
      }),
  ],
  [
    'callback: an error',
    (c) =>
      called((done) => {
        c.query('SELECT 1/0', done);
      }),
  ],
  [
    'statements that are not awaited run in order',
    (c) =>
      settleAll(
        c.query("INSERT INTO posts VALUES (5, 'five')"),
        c.query('SELECT count(*) FROM posts'),
        c.query('SELECT 1/0'),
        c.query('DELETE FROM posts WHERE id = 5'),
        c.query('SELECT count(*) FROM posts'),
      ),
  ],
  [
    'a query object',
    async (c) => {
      const query = new pg.Query('INSERT INTO posts VALUES (6) RETURNING id');
      const rows: unknown[] = [];
      query.on('row', (row) => rows.push(row));
      const returned = c.query(query);
      await once(query, 'end');
      return { rows, same: returned === query };
    },
  ],
  [
    'a query object that fails',
    async (c) => {
      const query = c.query(new pg.Query('SELECT 1/0'));
      const error: unknown = await new Promise((resolve) => query.on('error', resolve));
      return [toOutcome(error), await c.query('SELECT 1 AS after')];
    },
  ],
  [
    'a query object with a callback',
    (c) =>
      called((done) => {
        c.query(new pg.Query('SELECT 1 AS one', done));
      }),
  ],
];

const transactions: readonly Case[] = [
  ['BEGIN … COMMIT', (c) => all(c, 'BEGIN', 'INSERT INTO posts VALUES (3)', 'COMMIT')],
  ['END', (c) => all(c, 'BEGIN', 'SELECT 1', 'END')],
  ['COMMIT with a comment', (c) => all(c, 'BEGIN', 'SELECT 1', '/* done */ commit work; -- done')],
  ['ROLLBACK', (c) => all(c, 'BEGIN', 'DELETE FROM posts', 'ROLLBACK', 'SELECT * FROM posts')],
  ['COMMIT outside', (c) => all(c, 'COMMIT')],
  ['COMMIT of a failed transaction', (c) => all(c, 'BEGIN', 'SELECT 1/0', 'SELECT 1', 'COMMIT')],
  [
    'a deferred constraint that fails at COMMIT',
    (c) => all(c, 'BEGIN', 'INSERT INTO posts VALUES (3, NULL, 99)', 'COMMIT', 'SELECT 1'),
  ],
  [
    'savepoints',
    (c) => all(c, 'BEGIN', 'SAVEPOINT s', 'SELECT 1/0', 'ROLLBACK TO s', 'SELECT 1', 'COMMIT'),
  ],
  [
    'COMMIT AND CHAIN',
    (c) => all(c, 'BEGIN', 'DELETE FROM posts', 'COMMIT AND CHAIN', 'SELECT 1', 'ROLLBACK'),
  ],
  ['a transaction in one text', (c) => all(c, 'BEGIN; DELETE FROM posts; COMMIT')],
  ['a read-only transaction', (c) => all(c, 'BEGIN READ ONLY', 'DELETE FROM posts', 'COMMIT')],
  [
    'COMMIT as a named statement',
    async (c) => [await c.query('BEGIN'), await c.query({ name: 'c', text: 'COMMIT' })],
  ],
  [
    'COMMIT with a callback',
    async (c) => {
      await c.query('BEGIN; DELETE FROM posts');
      return called((done) => {
        c.query('COMMIT', done);
      });
    },
  ],
];

describe.each([
  ['Client: ', statements],
  ['Client, transactions: ', transactions],
])('%s', (_, cases) => {
  it.each(cases)('a wrapped client comes to the same as a bare one: %s', async (_title, run) => {
    const outcomes: unknown[] = [];
    for (const wrap of [false, true]) {
      await reset();
      const bare = new pg.Client({ connectionString: pair.primary.url });
      const client = wrap ? wrapPg(bare, new RecordingHandle()) : bare;
      await client.connect();
      outcomes.push(await run(client));
      await client.end();
    }
    expect(outcomes[1]).toStrictEqual(outcomes[0]);
  });
});
