import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import Cursor from 'pg-cursor';
import QueryStream from 'pg-query-stream';
import { all, settle, settleAll, toOutcome } from './outcomes.js';

/**
 * Calls beyond plain text queries, each with what it comes to as its result: rows, errors, and the
 * order of events and callbacks. The table `posts (id, text)` holds the ids 1 to 5.
 */
export interface PostgresCase {
  readonly title: string;
  /** Branches on a primary. */
  readonly branches: number;
  readonly run: (client: pg.Client) => Promise<unknown>;
}

const select = 'SELECT id FROM posts ORDER BY id';
const insert = "INSERT INTO posts SELECT n, 'new' FROM generate_series(6, 9) n RETURNING id";

/** Notes the events of an emitter in their order. */
function record(
  emitter: NodeJS.EventEmitter,
  names: readonly string[],
  into: unknown[] = [],
): unknown[] {
  for (const name of names) {
    emitter.on(name, (value: unknown) => into.push([name, toOutcome(value)]));
  }
  return into;
}

async function collect(readable: Readable): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of readable) chunks.push(chunk instanceof Buffer ? String(chunk) : chunk);
  return chunks;
}

async function count(client: pg.Client): Promise<unknown> {
  return (await client.query('SELECT count(*) FROM posts')).rows;
}

const cursors: readonly PostgresCase[] = [
  {
    title: 'a cursor read page by page',
    branches: 0,
    run: async (c) => {
      const cursor = c.query(new Cursor(select));
      const pages = [await cursor.read(2), await cursor.read(2), await cursor.read(2)];
      pages.push(await cursor.read(2));
      await cursor.close();
      return [pages, await count(c)];
    },
  },
  {
    title: 'a cursor with parameters and rows as arrays, by callback',
    branches: 0,
    run: (c) =>
      new Promise((resolve) => {
        const text = 'SELECT id, text FROM posts WHERE id > $1 ORDER BY id';
        const cursor = c.query(new Cursor(text, [3], { rowMode: 'array' }));
        const events = record(cursor, ['row', 'end', 'error']);
        cursor.read(10, (error, rows, result) => {
          cursor.close(() => {
            resolve([error, rows, result.command, result.rowCount, events]);
          });
        });
      }),
  },
  {
    title: 'a cursor that is closed in the middle',
    branches: 0,
    run: async (c) => {
      const cursor = c.query(new Cursor(select));
      const page = await cursor.read(1);
      await cursor.close();
      return [page, await cursor.read(1), await count(c)];
    },
  },
  {
    title: 'a cursor that is closed at once',
    branches: 0,
    run: async (c) => {
      await c.query(new Cursor(select)).close();
      return count(c);
    },
  },
  {
    title: 'a cursor that fails',
    branches: 0,
    run: async (c) => {
      const cursor = c.query(new Cursor('SELECT 1/id FROM (VALUES (1), (0)) AS n (id)'));
      const events = record(cursor, ['end', 'error']);
      const reads = [await settle(cursor.read(10)), await settle(cursor.read(10))];
      return [reads, events, await count(c)];
    },
  },
  {
    title: 'a cursor that writes',
    branches: 1,
    run: async (c) => {
      const cursor = c.query(new Cursor(insert));
      const page = await cursor.read(10);
      await cursor.close();
      return [page, await count(c)];
    },
  },
  {
    title: 'a cursor that writes and is closed in the middle',
    branches: 1,
    run: async (c) => {
      const cursor = c.query(new Cursor(insert));
      const page = await cursor.read(1);
      await cursor.close();
      return [page, await count(c)];
    },
  },
  {
    title: 'a cursor in a transaction',
    branches: 1,
    run: async (c) => {
      await c.query('BEGIN');
      const cursor = c.query(new Cursor(insert));
      const page = await cursor.read(10);
      await cursor.close();
      return [page, await all(c, 'COMMIT', select)];
    },
  },
  {
    title: 'DECLARE, FETCH, CLOSE',
    branches: 0,
    run: (c) =>
      all(c, 'BEGIN', `DECLARE d CURSOR FOR ${select}`, 'FETCH 2 FROM d', 'CLOSE d', 'COMMIT'),
  },
];

const streams: readonly PostgresCase[] = [
  {
    title: 'a query stream',
    branches: 0,
    run: async (c) => [await collect(c.query(new QueryStream(select))), await count(c)],
  },
  {
    title: 'a query stream with small batches, and the order of its events',
    branches: 0,
    run: async (c) => {
      const stream = c.query(new QueryStream(select, [], { batchSize: 2 }));
      const events = record(stream, ['data', 'end', 'close', 'error']);
      await once(stream, 'close');
      return events;
    },
  },
  {
    title: 'a query stream that is left early',
    branches: 0,
    run: async (c) => {
      const rows: unknown[] = [];
      for await (const row of c.query(new QueryStream(select, [], { batchSize: 1 }))) {
        rows.push(row);
        break;
      }
      return [rows, await count(c)];
    },
  },
  {
    title: 'a query stream that is destroyed at once',
    branches: 0,
    run: async (c) => {
      const stream = c.query(new QueryStream(select));
      stream.destroy();
      await once(stream, 'close');
      return count(c);
    },
  },
  {
    title: 'a query stream that fails',
    branches: 0,
    run: async (c) => [
      await settle(collect(c.query(new QueryStream('SELECT 1/0')))),
      await count(c),
    ],
  },
  {
    title: 'a query stream that writes',
    branches: 1,
    run: async (c) => [await collect(c.query(new QueryStream(insert))), await count(c)],
  },
];

const copies: readonly PostgresCase[] = [
  {
    title: 'COPY FROM, in pieces',
    branches: 1,
    run: async (c) => {
      const copy = c.query(copyFrom('COPY posts FROM STDIN'));
      const events = record(copy, ['finish', 'close', 'error']);
      await pipeline(Readable.from(['6\tsix\n7', '\tseven\n', '8\t\\N\n']), copy);
      return [copy.rowCount, events, await all(c, select)];
    },
  },
  {
    title: 'COPY FROM in a transaction that is rolled back',
    branches: 0,
    run: async (c) => {
      await c.query('BEGIN');
      await pipeline(Readable.from(['6\tsix\n']), c.query(copyFrom('COPY posts FROM STDIN')));
      return all(c, select, 'ROLLBACK', select);
    },
  },
  {
    title: 'COPY FROM in a transaction that is committed',
    branches: 1,
    run: async (c) => {
      await c.query('BEGIN');
      await pipeline(Readable.from(['6\tsix\n']), c.query(copyFrom('COPY posts FROM STDIN')));
      return all(c, 'COMMIT', select);
    },
  },
  {
    title: 'COPY FROM with data that do not fit',
    branches: 0,
    run: async (c) => {
      const copy = c.query(copyFrom('COPY posts FROM STDIN'));
      return [await settle(pipeline(Readable.from(['six\tsix\n']), copy)), await all(c, select)];
    },
  },
  {
    title: 'COPY FROM that its writer gives up',
    branches: 0,
    run: async (c) => {
      const copy = c.query(copyFrom('COPY posts FROM STDIN'));
      const source = Readable.from(
        (function* (): Generator<string> {
          yield '6\tsix\n';
          throw new Error('no more');
        })(),
      );
      return [await settle(pipeline(source, copy)), await all(c, select)];
    },
  },
  {
    title: 'COPY TO',
    branches: 0,
    run: async (c) => {
      const copy = c.query(copyTo('COPY posts TO STDOUT'));
      const events = record(copy, ['end', 'close', 'error']);
      return [(await collect(copy)).join(''), copy.rowCount, events, await count(c)];
    },
  },
  {
    title: 'COPY of a query TO, which could write',
    branches: 1,
    run: async (c) => {
      const text = await collect(c.query(copyTo(`COPY (${select}) TO STDOUT`)));
      return [text.join(''), await count(c)];
    },
  },
  {
    title: 'COPY TO that fails',
    branches: 0,
    run: async (c) => [
      await settle(collect(c.query(copyTo('COPY nowhere TO STDOUT')))),
      await all(c, select),
    ],
  },
];

const others: readonly PostgresCase[] = [
  {
    title: 'LISTEN, NOTIFY and a rollback',
    branches: 0,
    run: async (c) => {
      const heard: unknown[] = [];
      c.on('notification', ({ channel, payload }) => heard.push([channel, payload]));
      const texts = [
        'LISTEN news',
        "NOTIFY news, 'one'",
        'BEGIN',
        "NOTIFY news, 'lost'",
        'ROLLBACK',
      ];
      const outcomes = await all(c, ...texts, "NOTIFY news, 'two'", 'UNLISTEN news', 'NOTIFY news');
      return [outcomes, heard];
    },
  },
  {
    title: 'notices come before the end of their statement',
    branches: 1,
    run: async (c) => {
      const events: unknown[] = [];
      c.on('notice', ({ message, code }) => events.push([message, code]));
      const result = await c.query("DO $$ BEGIN RAISE NOTICE 'a'; RAISE WARNING 'b'; END $$");
      events.push(result.command);
      return events;
    },
  },
  {
    title: 'PREPARE, EXECUTE, DEALLOCATE',
    branches: 1,
    run: (c) => all(c, 'PREPARE p AS DELETE FROM posts', 'EXECUTE p', 'DEALLOCATE p', 'EXECUTE p'),
  },
  {
    title: 'a named statement that writes, again and again',
    branches: 3,
    run: async (c) => {
      const query = { name: 'add', text: 'INSERT INTO posts VALUES ($1) RETURNING id' };
      const run = async (id: number): Promise<unknown> => (await c.query(query, [id])).rows;
      return [await run(6), await settle(run(6)), await run(7), await settle(run(7)), await run(8)];
    },
  },
  {
    title: 'a named statement whose plan became invalid',
    branches: 2,
    run: async (c) => {
      const query = { name: 'all', text: 'SELECT * FROM made' };
      const made = await all(c, 'CREATE TEMPORARY TABLE made (a int)');
      const before = (await c.query(query)).rows;
      await c.query('ALTER TABLE made ADD COLUMN b int');
      return [made, before, await settle(c.query(query)), await count(c)];
    },
  },
  {
    title: 'the order of rows, results and drain of what is not awaited',
    branches: 2,
    run: async (c) => {
      const events: unknown[] = [];
      const note =
        (what: string) =>
        (value: unknown): void => {
          events.push([what, toOutcome(value)]);
        };
      const query = c.query(new pg.Query(select));
      record(query, ['row'], events);
      query.on('end', () => events.push('end'));
      await Promise.all([
        c.query("INSERT INTO posts VALUES (6, 'six')").then(note('insert')),
        c.query('SELECT 1/0').catch(note('error')),
        c.query('DELETE FROM posts WHERE id = 6').then(note('delete')),
        c.query(select).then(note('select')),
      ]);
      return events;
    },
  },
  {
    title: 'statements behind a cursor that is still open wait for it',
    branches: 1,
    run: async (c) => {
      const cursor = c.query(new Cursor(select));
      const later = settleAll(c.query('DELETE FROM posts'), c.query(select));
      const page = await cursor.read(1);
      await cursor.close();
      return [page, await later];
    },
  },
];

export const postgresCases: readonly PostgresCase[] = [
  ...cursors,
  ...streams,
  ...copies,
  ...others,
];
