/**
 * Two replicas behind one address, of which a node watches only the first; the other one is paused. The
 * watched one shows every write at once, so the node's word alone is worth nothing on a connection
 * that leads to the other.
 */
import { createRendezvous, type Rendezvous, type StoreOptions } from '@rendezvous/client';
import { postgresVisibility, wrapPg } from '@rendezvous/stores/postgres';
import {
  type Balancer,
  type PostgresPair,
  startBalancer,
  startNode,
  startPostgresPair,
} from '@rendezvous/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';

let pair: PostgresPair;
let balancer: Balancer;
let node: Awaited<ReturnType<typeof startNode>>;
let writer: Side;

interface Side {
  readonly rv: Rendezvous;
  readonly db: pg.Pool;
  shutdown(): Promise<void>;
}

function connect(region: string, connectionString: string, options: StoreOptions = {}): Side {
  const rv = createRendezvous({ region, nodes: node.url, log: () => undefined });
  const bare = new pg.Pool({ connectionString, max: 2 });
  bare.on('error', () => undefined);
  const db = wrapPg(bare, rv.store('posts', { onUnavailable: 'throw', ...options }));
  const shutdown = async (): Promise<void> => {
    await rv.shutdown();
    await db.end();
  };
  return { rv, db, shutdown };
}

/** A reader whose pool has a connection to each replica. */
async function connectReader(options: StoreOptions, user = 'postgres'): Promise<Side> {
  const url = `postgres://${user}@127.0.0.1:${String(balancer.port)}/postgres`;
  const reader = connect('us', url, options);
  onTestFinished(() => reader.shutdown());
  const clients = [await reader.db.connect(), await reader.db.connect()];
  for (const client of clients) await client.query('SELECT 1');
  for (const client of clients) client.release();
  return reader;
}

function write(id: number): Promise<string | undefined> {
  return writer.rv.run(undefined, async () => {
    await writer.db.query('INSERT INTO posts VALUES ($1)', [id]);
    return writer.rv.current();
  });
}

/** As many reads at the same time as there are connections: each connection serves one. */
function readOnBoth({ rv, db }: Side, bookmark: string | undefined, id: number): Promise<number[]> {
  const read = async (): Promise<number> => {
    const { rowCount } = await db.query('SELECT id, pg_sleep(0.01) FROM posts WHERE id = $1', [id]);
    return rowCount ?? 0;
  };
  return rv.run(bookmark, () => Promise.all([read(), read()]));
}

beforeAll(async () => {
  pair = await startPostgresPair({ replicaCount: 2 });
  const ports = pair.replicas.map(({ server }) => server.port);
  balancer = await startBalancer(ports);
  node = await startNode({
    regions: ['eu', 'us'],
    strategies: { postgres: postgresVisibility() },
    stores: [
      {
        name: 'posts',
        kind: 'postgres',
        home: 'eu',
        regions: { eu: [pair.primary.url], us: [pair.replica.url] },
      },
    ],
  });
  writer = connect('eu', pair.primary.url);
  await writer.db.query('CREATE TABLE posts (id int PRIMARY KEY); CREATE ROLE plain LOGIN');
  await writer.db.query('GRANT SELECT ON posts TO plain');
  // Both replicas have the table.
  const [, second] = pair.replicas;
  const { rows } = await writer.db.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn');
  for (const { server } of pair.replicas) {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await vi.waitUntil(async () => {
      const reached = 'SELECT 1 WHERE pg_last_wal_replay_lsn() >= $1::pg_lsn';
      return (await client.query(reached, [rows[0]?.lsn])).rowCount === 1;
    }, 30_000);
    await client.end();
  }
  await second?.lag.pause();
});

afterAll(async () => {
  await writer.shutdown();
  await node.shutdown();
  await balancer.shutdown();
  await pair.shutdown();
});

describe('while the replica that nobody watches stands still', () => {
  test('the control: a read that counts on the region is stale there', async () => {
    const reader = await connectReader({ verify: 'region' });
    const found = await readOnBoth(reader, await write(1), 1);
    expect(found.toSorted()).toEqual([0, 1]);
  });

  test("rule 22: a read that counts on its connection is right, or ends in vain where it can't be", async () => {
    const reader = await connectReader({ verify: 'connection', timeoutMs: 500 });
    const bookmark = await write(2);
    const settled = await reader.rv.run(bookmark, () =>
      Promise.allSettled([1, 2].map(() => reader.db.query('SELECT id FROM posts WHERE id = 2'))),
    );
    const rows = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value.rows] : []));
    const errors = settled.flatMap((one) =>
      one.status === 'rejected' ? [one.reason as unknown] : [],
    );
    expect(rows).toEqual([[{ id: 2 }]]);
    expect(errors).toMatchObject([{ code: 'wait_timed_out' }]);
    expect(String(errors[0])).toContain('replica_behind');
  });

  test('by default a connection is checked once two servers were seen to answer', async () => {
    const reader = await connectReader({ timeoutMs: 500 });
    const settled = await Promise.allSettled([readOnBoth(reader, await write(3), 3)]);
    expect(settled).toMatchObject([{ status: 'rejected', reason: { code: 'wait_timed_out' } }]);
  });

  test('a role that may not see the timeline gets the answer unknown, never a stale read', async () => {
    const reader = await connectReader({ verify: 'connection' }, 'plain');
    const settled = await Promise.allSettled([readOnBoth(reader, await write(4), 4)]);
    expect(settled).toMatchObject([
      { status: 'rejected', reason: { code: 'consistency_unknown' } },
    ]);
  });
});

test('rule 22: reads on every connection see every write, while replication comes and goes', async () => {
  const [, second] = pair.replicas;
  const reader = await connectReader({ verify: 'connection', timeoutMs: 30_000 });
  const results: number[][] = [];
  for (let id = 10; id < 40; id++) {
    const reading = readOnBoth(reader, await write(id), id);
    await second?.lag.resume();
    results.push(await reading);
    await second?.lag.pause();
  }
  expect(new Set(results.flat())).toEqual(new Set([1]));
  await second?.lag.resume();
});

test('in a transaction the check is made on its connection; one with a single snapshot is unknown', async () => {
  const reader = await connectReader({ verify: 'connection', timeoutMs: 30_000 });
  const bookmark = await write(50);
  const client = await reader.db.connect();
  const select = 'SELECT id FROM posts WHERE id = 50';
  await reader.rv.run(bookmark, async () => {
    await client.query('BEGIN');
    expect((await client.query(select)).rows).toEqual([{ id: 50 }]);
    await client.query('COMMIT');
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await expect(client.query(select)).rejects.toMatchObject({ code: 'consistency_unknown' });
    await client.query('ROLLBACK');
  });
  client.release();
});
