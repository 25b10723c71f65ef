import { RendezvousError } from '@rendezvous/protocol';
import type { PostgresPair } from '@rendezvous/testkit';
import { startPostgresPair } from '@rendezvous/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untilReached } from '../../test/caught-up.js';
import { all } from '../../test/outcomes.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import type { RecordingOptions } from '../../test/recording-handle.js';
import { createGate } from '../gate.js';
import { postgresVisibility, wrapPg } from './index.js';
import { toTarget } from '../../test/replica-target.js';

// On a replica: which statements wait, which may be repeated, and in which order they arrive.

let pair: PostgresPair;

beforeAll(async () => {
  pair = await startPostgresPair();
  const client = new pg.Client({ connectionString: pair.primary.url });
  await client.connect();
  await client.query("CREATE TABLE posts (id int, text text); INSERT INTO posts VALUES (1, 'one')");
  await client.end();
  const { signal } = new AbortController();
  const strategy = postgresVisibility();
  const replica = await strategy.connectReplica(toTarget(pair.replica.url), signal);
  await untilReached(strategy, replica, await strategy.readPrimary(pair.primary.url, signal));
  await replica.shutdown();
});

afterAll(() => pair.shutdown());

async function setup(options?: RecordingOptions): Promise<{
  readonly client: pg.Client;
  readonly handle: RecordingHandle;
}> {
  const handle = new RecordingHandle(options);
  const client = wrapPg(new pg.Client({ connectionString: pair.replica.url }), handle);
  await client.connect();
  return { client, handle };
}

describe('on a replica', () => {
  it.each([
    ['SELECT id FROM posts', [true]],
    ['TABLE posts', [true]],
    ['SELECT lower(text) FROM posts', [true]],
    ['SELECT pg_advisory_lock(1)', [false]],
    ["SELECT set_config('work_mem', '4MB', false)", [false]],
    ['SELECT 1; SELECT 2', [false]],
    ['COPY posts TO STDOUT', [false]],
    ['INSERT INTO posts VALUES (2)', [false]],
    ['EXPLAIN SELECT id FROM posts', []],
    ['SHOW work_mem', []],
    ['LISTEN a', []],
  ])('%s: may its reads be repeated? %j', async (text, repeatable) => {
    const { client, handle } = await setup();
    await all(client, text);
    await client.end();
    expect(handle.branches).toEqual([]);
    expect(handle.reads).toEqual(
      repeatable.map((may) => ({ kind: 'read', fromPrimary: false, repeatable: may })),
    );
  });

  it('in a transaction every statement that reads waits, and none is repeated', async () => {
    const { client, handle } = await setup();
    await all(client, 'BEGIN', 'SELECT id FROM posts', 'SAVEPOINT s', 'TABLE posts', 'COMMIT');
    await client.end();
    expect(handle.reads.map(({ repeatable }) => repeatable)).toEqual([false, false]);
  });

  it('a proven read of a pool that has nothing to wait for is the bare pool’s', async () => {
    const handle = new RecordingHandle({ passReads: true });
    const pool = wrapPg(new pg.Pool({ connectionString: pair.replica.url }), handle);
    await pool.query('SELECT id FROM posts');
    const { rows } = await pool.query('SELECT id FROM posts');
    await pool.query('SELECT set_config($1, $2, false)', ['work_mem', '4MB']);
    await pool.end();
    expect(rows).toEqual([{ id: 1 }]);
    // The first one asks the server what it is.
    expect(handle.recorded.map(({ kind }) => kind)).toEqual(['read', 'passed read', 'read']);
  });

  it('a repeated read gives the result of the second try', async () => {
    const { client } = await setup({ repeat: true });
    expect((await client.query('SELECT id FROM posts WHERE id = $1', [1])).rows).toEqual([
      { id: 1 },
    ]);
    await client.end();
    const pool = wrapPg(
      new pg.Pool({ connectionString: pair.replica.url }),
      new RecordingHandle({ repeat: true }),
    );
    expect((await pool.query({ text: 'SELECT id FROM posts' })).rows).toEqual([{ id: 1 }]);
    expect((await pool.query({ text: 'SELECT id FROM posts' })).rows).toEqual([{ id: 1 }]);
    await pool.end();
  });

  it('a read at the origin goes to the primary, past its shim', async () => {
    const atPrimary = new RecordingHandle();
    const origin = wrapPg(new pg.Pool({ connectionString: pair.primary.url }), atPrimary);
    const { client } = await setup({ origin });
    // `transaction_read_only` is on wherever the server is in recovery.
    const { rows } = await client.query<{ readonly: string }>(
      "SELECT current_setting('transaction_read_only') AS readonly FROM posts WHERE id = $1",
      [1],
    );
    await client.end();
    await origin.end();
    expect(rows).toEqual([{ readonly: 'off' }]);
    expect(atPrimary.recorded).toEqual([]);
  });

  it('statements arrive in the order of issue, also behind one that waits', async () => {
    const gate = createGate();
    const order: string[] = [];
    const handle = new RecordingHandle({ beforeRead: () => gate.promise });
    const client = wrapPg(new pg.Client({ connectionString: pair.replica.url }), handle);
    await client.connect();
    const note = (what: string) => (): void => {
      order.push(what);
    };
    const running = [
      client.query('SELECT id FROM posts').then(note('read')),
      client.query("SET work_mem = '5MB'").then(note('set')),
      client.query('SHOW work_mem').then(({ rows }: pg.QueryResult<{ work_mem: string }>) => {
        order.push(rows[0]?.work_mem ?? '');
      }),
    ];
    await new Promise(setImmediate);
    expect(order).toEqual([]);
    gate.open();
    await Promise.all(running);
    expect(order).toEqual(['read', 'set', '5MB']);
    await client.end();
  });

  it('a query object is returned at once and submitted after the wait', async () => {
    const gate = createGate();
    const handle = new RecordingHandle({ beforeRead: () => gate.promise });
    const client = wrapPg(new pg.Client({ connectionString: pair.replica.url }), handle);
    await client.connect();
    const rows: unknown[] = [];
    const query = client.query(new pg.Query('SELECT id FROM posts'));
    const ended = new Promise((resolve) =>
      query.on('row', (row) => rows.push(row)).on('end', resolve),
    );
    await expect.poll(() => handle.reads.length).toBe(1);
    expect(rows).toEqual([]);
    gate.open();
    await ended;
    expect(rows).toEqual([{ id: 1 }]);
    await client.end();
  });

  it('a wait that fails is the error of the statement, and of the query object', async () => {
    const failure = new Error('timed out');
    const { client } = await setup({ beforeRead: () => Promise.reject(failure) });
    await expect(client.query('SELECT id FROM posts')).rejects.toBe(failure);
    const query = client.query(new pg.Query('SELECT id FROM posts'));
    await expect(new Promise((_, reject) => query.on('error', reject))).rejects.toBe(failure);
    await client.end();
  });

  it('a pool holds no client for a read that waits', async () => {
    const gate = createGate();
    const bare = new pg.Pool({ connectionString: pair.replica.url, max: 1 });
    let waits = false;
    const handle = new RecordingHandle({
      beforeRead: () => (waits ? gate.promise : Promise.resolve()),
    });
    const pool = wrapPg(bare, handle);
    await pool.query('SELECT 1');
    waits = true;
    const reads = [1, 2, 3].map(() => pool.query('SELECT id FROM posts'));
    await expect.poll(() => handle.reads.length).toBe(4);
    expect([bare.idleCount, bare.waitingCount]).toEqual([1, 0]);
    gate.open();
    await Promise.all(reads);
    await pool.end();
  });
});

describe('a pool whose wait fails', () => {
  it('keeps its client', async () => {
    const bare = new pg.Pool({ connectionString: pair.replica.url });
    const failure = new RendezvousError('wait_timed_out', 'no');
    const pool = wrapPg(bare, new RecordingHandle({ beforeRead: () => Promise.reject(failure) }));
    await expect(pool.query('SELECT 1')).rejects.toBe(failure);
    expect([bare.totalCount, bare.idleCount]).toEqual([1, 1]);
    await pool.end();
  });
});

describe('a promotion', () => {
  it('the first write on a promoted server opens a branch, and so do the next', async () => {
    await using promoted = await startPostgresPair();
    const handle = new RecordingHandle();
    const client = wrapPg(new pg.Client({ connectionString: promoted.replica.url }), handle);
    await client.connect();
    await client.query('SELECT 1');
    const poolHandle = new RecordingHandle();
    const pool = wrapPg(new pg.Pool({ connectionString: promoted.replica.url }), poolHandle);
    await pool.query('SELECT 1');
    await promoted.promote();

    await client.query('CREATE TABLE made (id int)');
    await client.query('INSERT INTO made VALUES (1)');
    await pool.query('INSERT INTO made VALUES (2)');
    await pool.query('INSERT INTO made VALUES (3)');
    await pool.query('SELECT id FROM made');
    await client.end();
    await pool.end();
    expect(handle.branches).toHaveLength(2);
    expect(poolHandle.branches).toHaveLength(2);
    for (const { position } of [...handle.branches, ...poolHandle.branches]) {
      expect(position).toMatch(/^\d+\/2\//);
    }
    expect(poolHandle.reads.at(-1)?.fromPrimary).toBe(true);
  });
});
