import type { DelayProxy, PostgresPair } from '@rendezvous/testkit';
import { startDelayProxy, startPostgresPair } from '@rendezvous/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settle } from '../../test/outcomes.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import { postgresPositionOrder, wrapPg } from './index.js';

// How often a write goes over the network: a proxy counts what leaves the client's socket.

let pair: PostgresPair;
let proxy: DelayProxy;

beforeAll(async () => {
  pair = await startPostgresPair();
  proxy = await startDelayProxy({ targetPort: pair.primary.port });
  const client = new pg.Client({ connectionString: pair.primary.url });
  await client.connect();
  await client.query('CREATE TABLE posts (id serial PRIMARY KEY, text text)');
  await client.end();
});

afterAll(async () => {
  await proxy.shutdown();
  await pair.shutdown();
});

interface Setup {
  readonly client: pg.Client;
  readonly handle: RecordingHandle;
  readonly errors: unknown[];
}

async function setup(options: object = {}): Promise<Setup> {
  const handle = new RecordingHandle();
  const connectionString = pair.primary.url.replace(`:${pair.primary.port}`, `:${proxy.port}`);
  const client = wrapPg(new pg.Client({ connectionString, ...options }), handle);
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  await client.connect();
  // The role of the server is asked with the first statement.
  await client.query('INSERT INTO posts DEFAULT VALUES');
  handle.recorded.length = 0;
  return { client, handle, errors };
}

const insert = 'INSERT INTO posts (text) VALUES ($1)';

const writes: readonly (readonly [title: string, query: pg.QueryConfig])[] = [
  ['plain text', { text: "INSERT INTO posts (text) VALUES ('a')" }],
  ['parameters', { text: insert, values: ['a'] }],
  ['a named statement', { name: 'insert', text: insert, values: ['a'] }],
  ['RETURNING', { text: 'INSERT INTO posts DEFAULT VALUES RETURNING id' }],
  ['a function', { text: "SELECT nextval('posts_id_seq')" }],
  ['DDL', { text: 'CREATE TABLE made (id int)' }],
];

describe('a write outside a transaction', () => {
  it.each(writes)(
    'leaves in one piece with the question for its position: %s',
    async (_, query) => {
      const { client, handle } = await setup();
      // Names of functions are asked once.
      await client.query("SELECT nextval('posts_id_seq')");
      handle.recorded.length = 0;
      const before = proxy.traffic.toTarget.chunks;
      await client.query(query);
      expect(proxy.traffic.toTarget.chunks - before).toBe(1);
      expect(handle.branches).toHaveLength(1);
      expect(postgresPositionOrder.parse(handle.branches[0]?.position ?? '')).toBeDefined();
      await client.end();
    },
  );

  it('has a position beyond everything that was flushed before it', async () => {
    const { client, handle } = await setup();
    for (let count = 0; count < 20; count++) {
      const { rows } = await client.query<{ beyond: string }>({
        text: `SELECT system_identifier::text || '/1/' || pg_current_wal_flush_lsn() AS beyond
                 FROM pg_control_system()`,
      });
      await client.query(insert, ['b']);
      const [before, after] = [rows[0]?.beyond, handle.branches.at(-1)?.position].map((text) =>
        postgresPositionOrder.parse(text ?? ''),
      );
      expect(before && after && after.lsn > before.lsn).toBe(true);
    }
    await client.end();
  });

  it('is asked for its position by itself where nothing may follow it: COPY, pages', async () => {
    const { client, handle } = await setup();
    expect(await settle(client.query('COPY posts FROM STDIN'))).toHaveProperty('rejected');
    const paged = { text: 'INSERT INTO posts DEFAULT VALUES RETURNING id', rows: 1 };
    await client.query(paged as pg.QueryConfig);
    await client.query('SELECT 1');
    expect(handle.branches).toHaveLength(1);
    await client.end();
  });

  it('that fails leaves the connection in order', async () => {
    const { client, handle, errors } = await setup();
    for (let count = 0; count < 20; count++) {
      const failed = await settle(client.query('INSERT INTO posts (id) VALUES ($1)', [1]));
      expect(failed).toHaveProperty('rejected.fields.code', '23505');
      expect((await client.query('SELECT $1::int AS n', [count])).rows).toEqual([{ n: count }]);
    }
    expect(handle.branches).toEqual([]);
    expect(errors).toEqual([]);
    await client.end();
  });

  it('that times out on this side leaves the connection in order', async () => {
    const { client, handle, errors } = await setup({ query_timeout: 100 });
    const slow = "INSERT INTO posts (text) SELECT 'c' FROM pg_sleep(0.3)";
    await expect(client.query(slow)).rejects.toThrow('Query read timeout');
    expect(handle.branches).toHaveLength(1);
    await client.query({ text: 'SELECT 1', query_timeout: 5_000 } as pg.QueryConfig);
    expect((await client.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }]);
    expect(errors).toEqual([]);
    await client.end();
  });

  it("is one branch each in the driver's pipeline mode, in the order of issue", async () => {
    const { client, handle, errors } = await setup({ pipeline: true });
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    const issued = numbers.map((n) => client.query(`${insert} RETURNING text`, [`p${n}`]));
    const results: unknown[] = await Promise.all(issued);
    expect(results).toMatchObject(numbers.map((n) => ({ rows: [{ text: `p${n}` }] })));
    expect(handle.branches).toHaveLength(20);
    expect(errors).toEqual([]);
    await client.end();
  });
});
