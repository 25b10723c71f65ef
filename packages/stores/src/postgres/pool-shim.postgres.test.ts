import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import type { PostgresPair } from '@rendezvous/testkit';
import { startPostgresPair } from '@rendezvous/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { all, called, settle, toOutcome } from '../../test/outcomes.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import { unwrap, wrapPg } from './index.js';

// As for clients: every case runs on a bare pool and on a wrapped one, and must come to the same.

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

type PoolCase = readonly [title: string, run: (pool: pg.Pool) => Promise<unknown>];

const poolCases: readonly PoolCase[] = [
  ['a text query', (p) => p.query('SELECT * FROM posts ORDER BY id')],
  ['parameters', (p) => p.query('SELECT * FROM posts WHERE id = $1', [1])],
  ['a write', (p) => p.query('INSERT INTO posts VALUES (3) RETURNING id')],
  [
    'callback: text',
    (p) =>
      called((done) => {
        p.query('SELECT 1 AS one', done);
      }),
  ],
  [
    'callback: parameters',
    (p) =>
      called((done) => {
        p.query('SELECT $1::int', [1], done);
      }),
  ],
  [
    'callback: an error',
    (p) =>
      called((done) => {
        p.query('SELECT 1/0', done);
      }),
  ],
  ['a function instead of a text', (p) => called((done) => p.query(done as unknown as string))],
  [
    'an error closes its client',
    async (p) => [await settle(p.query('SELECT 1/0')), p.totalCount, p.idleCount],
  ],
  [
    'a write gives its client back',
    async (p) => [await p.query('DELETE FROM posts'), p.totalCount, p.idleCount, p.waitingCount],
  ],
  [
    'connect and release',
    async (p) => {
      const client = await p.connect();
      const outcome = await all(client, 'BEGIN', 'DELETE FROM posts', 'COMMIT');
      const counts = [p.totalCount, p.idleCount];
      client.release();
      return [outcome, counts, p.idleCount];
    },
  ],
  [
    'releasing twice',
    async (p) => {
      const client = await p.connect();
      client.release();
      return Promise.resolve()
        .then(() => {
          client.release();
        })
        .catch(toOutcome);
    },
  ],
  [
    'connect with a callback',
    (p) =>
      new Promise((resolve) => {
        p.connect((error, client, release) => {
          client?.query('SELECT 1 AS one', (_failure, result) => {
            release();
            resolve([error, result, p.idleCount]);
          });
        });
      }),
  ],
  [
    'a query object',
    (p) =>
      called((done) => p.query(new pg.Query('SELECT 1 AS one') as unknown as string, [], done)),
  ],
  [
    'events',
    async (p) => {
      const events: string[] = [];
      for (const name of ['connect', 'acquire', 'release', 'remove'] as const) {
        p.on(name, () => events.push(name));
      }
      await p.query('SELECT 1');
      await p.query('DELETE FROM posts');
      return [...events];
    },
  ],
  [
    'more statements than clients',
    (p) => Promise.all(Array.from({ length: 30 }, (_, n) => p.query('SELECT $1::int AS n', [n]))),
  ],
  [
    'a pool that has ended',
    async (p) => {
      await p.connect().then((client) => {
        client.release();
      });
      await p.end();
      return [await settle(p.query('SELECT 1')), await settle(p.connect()), await settle(p.end())];
    },
  ],
];

describe('Pool', () => {
  it.each(poolCases)('a wrapped pool comes to the same as a bare one: %s', async (_, run) => {
    const outcomes: unknown[] = [];
    for (const wrap of [false, true]) {
      await reset();
      const bare = new pg.Pool({ connectionString: pair.primary.url, max: 4 });
      const pool = wrap ? wrapPg(bare, new RecordingHandle()) : bare;
      outcomes.push(await run(pool));
      if (!pool.ending) await pool.end();
    }
    expect(outcomes[1]).toStrictEqual(outcomes[0]);
  });

  it('a server that refuses connections comes to the same error', async () => {
    const outcomes: unknown[] = [];
    for (const wrap of [false, true]) {
      const bare = new pg.Pool({ connectionString: 'postgres://postgres@127.0.0.1:1/postgres' });
      const pool = wrap ? wrapPg(bare, new RecordingHandle()) : bare;
      outcomes.push(await settle(pool.query('SELECT 1')));
      await pool.end();
    }
    expect(outcomes[1]).toStrictEqual(outcomes[0]);
  });
});

describe('identity', () => {
  it('a wrapped client is an instance of its class, and unwraps to itself', () => {
    const bare = new pg.Client();
    const wrapped = wrapPg(bare, new RecordingHandle());
    expect(wrapped).toBeInstanceOf(pg.Client);
    expect(wrapped.constructor).toBe(pg.Client);
    expect(unwrap(wrapped)).toBe(bare);
    expect(unwrap(bare)).toBe(bare);
    expect(wrapped.on('drain', () => undefined)).toBe(wrapped);
    expect(wrapped.listenerCount('drain')).toBe(1);
  });

  it('clients that a wrapped pool lends are wrapped, and the same for one connection', async () => {
    const pool = wrapPg(
      new pg.Pool({ connectionString: pair.primary.url, max: 1 }),
      new RecordingHandle(),
    );
    const first = await pool.connect();
    first.release();
    const second = await pool.connect();
    second.release();
    expect(second).toBe(first);
    expect(unwrap(second)).not.toBe(second);
    expect(second).toBeInstanceOf(pg.Client);
    await pool.end();
  });

  it('rejects what it cannot wrap', () => {
    const handle = new RecordingHandle();
    const wrapped = wrapPg(new pg.Client(), handle);
    expect(() => wrapPg(wrapped, handle)).toThrow('[config_invalid]');
    const stranger = { query: () => undefined, connect: () => undefined };
    expect(() => wrapPg(stranger, handle)).toThrow('[config_invalid]');
  });

  it('an inactive handle is asked for nothing', async () => {
    const handle = new RecordingHandle();
    handle.active = false;
    const pool = wrapPg(new pg.Pool({ connectionString: pair.primary.url }), handle);
    await pool.query('DELETE FROM posts');
    const client = await pool.connect();
    await client.query('DELETE FROM posts');
    client.release();
    await pool.end();
    expect(handle.recorded).toEqual([]);
  });

  it('a callback that throws is an uncaught exception, as on a bare client', async () => {
    const client = wrapPg(
      new pg.Client({ connectionString: pair.primary.url }),
      new RecordingHandle(),
    );
    await client.connect();
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const caught = once(process, 'uncaughtException');
    client.query('SELECT 1', () => {
      throw new Error('from the callback');
    });
    const [error] = (await caught) as [Error];
    for (const listener of listeners) process.on('uncaughtException', listener);
    expect(error.message).toBe('from the callback');
    await client.end();
  });

  it('the handle is called in the asynchronous context of the statement', async () => {
    const context = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const handle = new RecordingHandle({
      afterWrite: () => Promise.resolve(void seen.push(context.getStore())),
    });
    const pool = wrapPg(new pg.Pool({ connectionString: pair.primary.url, max: 1 }), handle);
    const remove = 'DELETE FROM posts';
    await Promise.all(['a', 'b', 'c'].map((name) => context.run(name, () => pool.query(remove))));
    const client = await pool.connect();
    const queries = ['d', 'e'].map((name) => context.run(name, () => client.query(remove)));
    await Promise.all(queries);
    client.release();
    await pool.end();
    expect(seen.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});
