import type { PostgresPair } from '@rendezvous/testkit';
import { startPostgresPair } from '@rendezvous/testkit';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import Cursor from 'pg-cursor';
import QueryStream from 'pg-query-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresCases } from '../../test/postgres-cases.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import { createGate } from '../gate.js';
import { wrapPg } from './index.js';

// Cursors, streams, COPY and the rest of the driver's calls: bare, wrapped, and wrapped in the
// driver's pipeline mode they come to the same, and each write opens one branch.

let pair: PostgresPair;

beforeAll(async () => {
  pair = await startPostgresPair();
  await atPrimary('CREATE TABLE posts (id int PRIMARY KEY, text text)');
});

afterAll(() => pair.shutdown());

async function atPrimary(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: pair.primary.url });
  await client.connect();
  await client.query(text);
  await client.end();
}

function reset(): Promise<void> {
  const rows = "INSERT INTO posts SELECT n, 'old' FROM generate_series(1, 5) AS n";
  return atPrimary(`TRUNCATE posts; ${rows}`);
}

async function connect(wrap: (client: pg.Client) => pg.Client): Promise<pg.Client> {
  const client = wrap(new pg.Client({ connectionString: pair.primary.url }));
  await client.connect();
  return client;
}

describe('a call', () => {
  it.each(postgresCases)(
    'comes to the same on a wrapped client as on a bare one: $title',
    async ({ run, branches }) => {
      const handle = new RecordingHandle();
      const outcomes: unknown[] = [];
      for (const wrap of [undefined, (client: pg.Client) => wrapPg(client, handle)]) {
        await reset();
        const client = await connect(wrap ?? ((bare) => bare));
        outcomes.push(await run(client));
        await client.end();
      }
      expect(outcomes[1]).toStrictEqual(outcomes[0]);
      expect(handle.branches).toHaveLength(branches);
    },
  );
});

describe('a cursor that wrote', () => {
  it('is closed for its owner only once its branch is open', async () => {
    await reset();
    const opened: string[] = [];
    const handle = new RecordingHandle({
      afterWrite: async () => {
        await new Promise(setImmediate);
        opened.push('open');
      },
    });
    const client = await connect((bare) => wrapPg(bare, handle));
    const text = 'UPDATE posts SET text = NULL RETURNING id';
    const first = client.query(new Cursor(text));
    await first.read(1);
    await first.close();
    opened.push('closed');
    const second = client.query(new Cursor(text));
    await new Promise<void>((resolve) => {
      second.close(() => {
        opened.push('closed');
        resolve();
      });
    });
    await client.end();
    expect(opened).toEqual(['open', 'closed', 'open', 'closed']);
  });
});

const reads: readonly (readonly [title: string, run: (client: pg.Client) => Promise<unknown>])[] = [
  ['a cursor', (c) => c.query(new Cursor('SELECT 1 AS one')).read(2)],
  ['a query stream', (c) => c.query(new QueryStream('SELECT 1 AS one')).toArray()],
  ['COPY TO', (c) => c.query(copyTo('COPY (SELECT 1) TO STDOUT')).toArray()],
];

describe('on a replica', () => {
  it.each(reads)('%s is submitted after the wait', async (_, run) => {
    const gate = createGate();
    const handle = new RecordingHandle({ beforeRead: () => gate.promise });
    const client = wrapPg(new pg.Client({ connectionString: pair.replica.url }), handle);
    await client.connect();
    let rows: unknown;
    const running = run(client).then((value) => (rows = value));
    await expect.poll(() => handle.reads.length).toBe(1);
    const asked = new pg.Client({ connectionString: pair.replica.url });
    await asked.connect();
    const activity = "SELECT 1 FROM pg_stat_activity WHERE query ~ '^(SELECT 1 AS one|COPY)'";
    expect((await asked.query(activity)).rows).toEqual([]);
    expect(rows).toBeUndefined();
    await asked.end();
    gate.open();
    expect(await running).toHaveLength(1);
    await client.end();
  });

  it('COPY FROM waits, and fails as it does bare', async () => {
    const handle = new RecordingHandle();
    const client = wrapPg(new pg.Client({ connectionString: pair.replica.url }), handle);
    await client.connect();
    const copy = client.query(copyFrom('COPY pg_class FROM STDIN'));
    await expect(new Promise((_, reject) => copy.on('error', reject))).rejects.toMatchObject({
      severity: 'ERROR',
    });
    expect(handle.reads).toHaveLength(1);
    await client.end();
  });
});
