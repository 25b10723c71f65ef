import type { PostgresPair } from '@rendezvous/testkit';
import { startPostgresPair } from '@rendezvous/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { all } from '../../test/outcomes.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import { postgresPositionOrder, wrapPg } from './index.js';

// On a primary: which statements open a branch, and whether its position covers the commit.

let pair: PostgresPair;

beforeAll(async () => {
  pair = await startPostgresPair();
  const client = new pg.Client({ connectionString: pair.primary.url });
  await client.connect();
  await client.query(`
    CREATE TABLE posts (id serial PRIMARY KEY, text text);
    CREATE FUNCTION reads(n int) RETURNS int STABLE LANGUAGE sql AS 'SELECT n';
    CREATE FUNCTION writes() RETURNS int LANGUAGE sql
      AS 'INSERT INTO posts (text) VALUES (NULL) RETURNING id';
    CREATE PROCEDURE commits(fail boolean) LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO posts (text) VALUES ('a');
        COMMIT;
        IF fail THEN RAISE EXCEPTION 'after the commit'; END IF;
      END $$;`);
  await client.end();
});

afterAll(() => pair.shutdown());

async function setup(): Promise<{ client: pg.Client; handle: RecordingHandle }> {
  const handle = new RecordingHandle();
  const client = wrapPg(new pg.Client({ connectionString: pair.primary.url }), handle);
  await client.connect();
  return { client, handle };
}

const counts: readonly (readonly [branches: number, statements: string[]])[] = [
  // Reads, proven by their text.
  [0, ['SELECT * FROM posts']],
  [0, ['/* INSERT */ SELECT text, count(*) FROM posts -- UPDATE', 'VALUES (1)', 'TABLE posts']],
  [0, ["SELECT 'INSERT INTO posts', $$ DELETE; $$, reads(2), lower(text) FROM posts"]],
  [0, ['WITH p AS (SELECT id FROM posts WHERE id IN (1, 2)) SELECT max(id) FROM p']],
  [0, ['SELECT 1;']],
  [0, ['EXPLAIN DELETE FROM posts', 'SHOW work_mem', "SET work_mem = '4MB'", 'LISTEN a']],
  [0, ['BEGIN', 'COMMIT', 'COMMIT', 'ROLLBACK']],
  // Writes, and what could be one.
  [1, ["INSERT INTO posts (text) VALUES ('x')"]],
  [1, ["INSERT INTO posts (text) VALUES ('x') RETURNING id"]],
  [1, ['UPDATE posts SET text = NULL WHERE false']],
  [1, ['SELECT writes()']],
  [1, ["SELECT nextval('posts_id_seq')"]],
  [1, ['SELECT unknown.writes FROM (SELECT 1 AS writes) AS unknown']],
  [1, ["WITH p AS (INSERT INTO posts (text) VALUES ('x') RETURNING id) SELECT id FROM p"]],
  [1, ['SELECT id INTO TEMPORARY copied FROM posts']],
  [1, ['CREATE TEMPORARY TABLE made AS SELECT 1']],
  [1, ['EXPLAIN ANALYZE DELETE FROM posts']],
  [1, ["SELECT 'a backslash: \\'"]],
  [1, ['SELECT * FROM posts FOR UPDATE']],
  [1, ["SELECT 1; INSERT INTO posts (text) VALUES ('x'); SELECT 2"]],
  [1, ['CALL commits(false)']],
  [1, ["DO $$ BEGIN INSERT INTO posts (text) VALUES ('x'); END $$"]],
  [1, ["COPY (SELECT 1) TO PROGRAM 'cat > /dev/null'"]],
  [0, ['INSERT INTO posts (id) VALUES (NULL)', 'SELECT 1/0', 'SELEC']],
  // Transactions: by the transaction id.
  [1, ['BEGIN', 'INSERT INTO posts DEFAULT VALUES', 'SELECT writes()', 'COMMIT']],
  [1, ['START TRANSACTION', 'INSERT INTO posts DEFAULT VALUES', 'end;']],
  [0, ['BEGIN', 'SELECT * FROM posts', 'COMMIT']],
  [0, ['BEGIN', 'DELETE FROM posts WHERE false', 'COMMIT']],
  [0, ['BEGIN', 'INSERT INTO posts DEFAULT VALUES', 'ROLLBACK']],
  [0, ['BEGIN', 'DELETE FROM posts', 'SELECT 1/0', 'COMMIT']],
  [1, ['BEGIN', 'SAVEPOINT s', 'SELECT writes()', 'RELEASE s', 'COMMIT']],
  [1, ['BEGIN', 'SELECT writes()', 'COMMIT AND CHAIN', 'SELECT 1', 'COMMIT']],
  [2, ['BEGIN', 'SELECT writes()', 'COMMIT AND CHAIN', 'SELECT writes()', 'COMMIT']],
  // Transactions that end out of sight.
  [1, ['BEGIN; INSERT INTO posts DEFAULT VALUES; COMMIT']],
  [1, ['BEGIN; INSERT INTO posts DEFAULT VALUES', 'COMMIT']],
  [1, ['BEGIN', 'INSERT INTO posts DEFAULT VALUES; COMMIT; SELECT 1']],
  // Which of the two the rollback undid cannot be told from the tags.
  [1, ['BEGIN', 'INSERT INTO posts DEFAULT VALUES; ROLLBACK']],
  [2, ['BEGIN', 'INSERT INTO posts DEFAULT VALUES; COMMIT; BEGIN', 'DELETE FROM posts', 'COMMIT']],
  // Part of it is committed although it fails.
  [1, ['INSERT INTO posts DEFAULT VALUES; COMMIT; SELECT 1/0']],
  [1, ['CALL commits(true)']],
];

describe('on a primary', () => {
  it.each(counts)('%i branches: %j', async (expected, texts) => {
    const { client, handle } = await setup();
    await all(client, ...texts);
    await client.end();
    expect(handle.branches).toHaveLength(expected);
    for (const { position } of handle.branches) {
      expect(postgresPositionOrder.parse(position ?? '')).toBeDefined();
    }
    expect(handle.reads.every(({ fromPrimary }) => fromPrimary)).toBe(true);
  });

  it('a COMMIT with parameters or a name opens a branch, transaction id or not', async () => {
    const { client, handle } = await setup();
    await client.query('BEGIN');
    await client.query({ name: 'commit', text: 'COMMIT' });
    await client.query('BEGIN');
    await client.query({ name: 'commit', text: '' });
    await client.end();
    expect(handle.branches).toHaveLength(2);
  });

  it('a query object opens a branch before it learns of its end, and none if it failed', async () => {
    const opened: string[] = [];
    const handle = new RecordingHandle({
      afterWrite: async () => {
        await Promise.resolve();
        opened.push('open');
      },
    });
    const client = wrapPg(new pg.Client({ connectionString: pair.primary.url }), handle);
    await client.connect();
    await new Promise((resolve) => {
      client.query(
        new pg.Query('INSERT INTO posts DEFAULT VALUES').on('end', () => {
          opened.push('end');
          resolve(undefined);
        }),
      );
    });
    await new Promise((resolve) => {
      client.query(new pg.Query('INSERT INTO nowhere VALUES (1)').on('error', resolve));
    });
    await client.query('SELECT 1');
    await client.end();
    expect(opened).toEqual(['open', 'end']);
  });

  it('a statement of a pool gives its client back before the open is acknowledged', async () => {
    const counted: number[] = [];
    const bare = new pg.Pool({ connectionString: pair.primary.url });
    const handle = new RecordingHandle({
      afterWrite: () => {
        counted.push(bare.idleCount);
        return Promise.resolve();
      },
    });
    await wrapPg(bare, handle).query('INSERT INTO posts DEFAULT VALUES');
    await bare.end();
    expect(counted).toEqual([1]);
  });

  it('a connection that is lost during a write leaves it in doubt: a branch without a position', async () => {
    const { client, handle } = await setup();
    client.on('error', () => undefined);
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const write = client.query(
      "WITH slow AS MATERIALIZED (SELECT pg_sleep(60)) INSERT INTO posts (text) SELECT 'x' FROM slow",
    );
    const killer = new pg.Client({ connectionString: pair.primary.url });
    await killer.connect();
    await expect
      .poll(async () => {
        const activity = 'SELECT wait_event FROM pg_stat_activity WHERE pid = $1';
        return (await killer.query<{ wait_event: string }>(activity, [rows[0]?.pid])).rows[0]
          ?.wait_event;
      })
      .toBe('PgSleep');
    await killer.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await expect(write).rejects.toMatchObject({ code: '57P01' });
    await killer.end();
    expect(handle.branches).toEqual([{ kind: 'branch', position: undefined }]);
  });

  it('a write on a client whose connection is gone fails as it does bare, with no branch', async () => {
    const { client, handle } = await setup();
    await client.end();
    await expect(client.query('DELETE FROM posts')).rejects.toThrow('Client was closed');
    expect(handle.branches).toEqual([]);
  });

  it('a role that may not see positions still writes: a branch without a position', async () => {
    const { client, handle } = await setup();
    await client.query('CREATE ROLE blind; GRANT ALL ON posts, posts_id_seq TO blind');
    await client.query('REVOKE EXECUTE ON FUNCTION pg_control_system() FROM public');
    handle.recorded.length = 0;
    const blind = wrapPg(
      new pg.Client({ connectionString: pair.primary.url, options: '-c role=blind' }),
      handle,
    );
    await blind.connect();
    await blind.query('INSERT INTO posts DEFAULT VALUES');
    await all(blind, 'BEGIN', 'INSERT INTO posts DEFAULT VALUES', 'COMMIT');
    await blind.end();
    await client.query('GRANT EXECUTE ON FUNCTION pg_control_system() TO public');
    await client.end();
    const unknown = { kind: 'branch', position: undefined };
    expect(handle.branches.slice(0, 2)).toEqual([unknown, unknown]);
  });
});
