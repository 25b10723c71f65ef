/** The demo on PostgreSQL: posts are rows of a table, and SQL needs a key named to know which. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DemoStore, Posts, StorePair } from './demo-store.js';

/** Connections to a server beside those of a function's pool. */
const SPARE_CONNECTIONS = 30;
const POLL_INTERVAL_MS = 5;

export const postgresDemoStore: DemoStore = {
  product: 'PostgreSQL',
  replicaRole: 'a hot standby',
  describeLag: (lagMs) =>
    `the us standby, which really replicates: recovery_min_apply_delay = ${lagMs} ms`,

  async startPair(connectionCount) {
    const { startPostgresPair } = await import('@rendezvous/testkit');
    const pair = await startPostgresPair({ maxConnections: connectionCount + SPARE_CONNECTIONS });
    await createTable(pair);
    return pair;
  },

  async connect(url, connectionCount) {
    const pool = new pg.Pool({ connectionString: url, max: connectionCount });
    // Connections are made before the measurement, not in it.
    await Promise.all(Array.from({ length: connectionCount }, () => pool.query('select 1')));
    return {
      posts: toPosts(pool),
      wrap: async (rv) => {
        const { wrapPg } = await import('@rendezvous/stores/postgres');
        const posts = toPosts(wrapPg(pool, rv.store('posts')));
        return {
          write: (post, body) => rv.with({ key: post }, () => posts.write(post, body)),
          read: (post) => rv.with({ key: post }, () => posts.read(post)),
        };
      },
    };
  },

  async connectObserver(url) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return {
      findReadable: async (posts) => {
        const { rows } = await client.query<{ id: string }>({
          name: 'probe',
          text: 'select id from posts where id = any($1)',
          values: [posts],
        });
        return new Set(rows.map(({ id }) => id));
      },
    };
  },
};

function toPosts(pool: pg.Pool): Posts {
  return {
    write: async (post, body) => {
      await pool.query('insert into posts (id, body) values ($1, $2)', [post, body]);
    },
    read: async (post) => {
      const { rowCount } = await pool.query('select body from posts where id = $1', [post]);
      return rowCount === 1;
    },
  };
}

/** Creates the table and waits until the replica has it. */
async function createTable({ primary, replica }: StorePair): Promise<void> {
  await query(primary.url, 'create table posts (id text primary key, body text not null)');
  while ((await query(replica.url, `select to_regclass('posts') as name`)).name === null) {
    await sleep(POLL_INTERVAL_MS);
  }
}

async function query(url: string, text: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return rows[0] ?? {};
  } finally {
    await client.end();
  }
}
