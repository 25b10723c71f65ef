/** The demo on MariaDB and MySQL: posts are rows of a table, and SQL needs a key named to know which. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MysqlPair } from '@rendezvous/testkit';
import { createConnection, createPool } from 'mysql2/promise';
import type { Pool, RowDataPacket } from 'mysql2/promise';
import type { DemoStore, Posts, StoreConnection } from './demo-store.js';

const POLL_INTERVAL_MS = 5;

export const mariadbDemoStore: DemoStore = createDemoStore('MariaDB', async () => {
  const { startMariadbPair } = await import('@rendezvous/testkit');
  return startMariadbPair();
});

export const mysqlDemoStore: DemoStore = createDemoStore('MySQL', async () => {
  const { startMysqlPair } = await import('@rendezvous/testkit');
  return startMysqlPair();
});

function createDemoStore(product: string, start: () => Promise<MysqlPair>): DemoStore {
  return {
    product,
    replicaRole: 'a replica',
    describeLag: (lagMs) =>
      `the replication link to us, which really replicates: a TCP proxy holds what the primary sends for ${lagMs} ms`,
    async startPair() {
      const pair = await start();
      await createTable(pair);
      return pair;
    },
    connect,
    async connectObserver(uri) {
      const connection = await createConnection(uri);
      return {
        findReadable: async (posts) => {
          const sql = 'SELECT id FROM posts WHERE id IN (?)';
          const [rows] = await connection.query<RowDataPacket[]>(sql, [posts]);
          return new Set(rows.map(({ id }) => String(id)));
        },
      };
    },
  };
}

async function connect(uri: string, connectionCount: number): Promise<StoreConnection> {
  const pool = createPool({ uri, connectionLimit: connectionCount });
  // Connections are made before the measurement, not in it.
  const lent = Array.from({ length: connectionCount }, () => pool.getConnection());
  for (const connection of await Promise.all(lent)) connection.release();
  return {
    posts: toPosts(pool),
    wrap: async (rv) => {
      const { wrapMysql2 } = await import('@rendezvous/stores/mysql');
      const posts = toPosts(wrapMysql2(pool, rv.store('posts')));
      return {
        write: (post, body) => rv.with({ key: post }, () => posts.write(post, body)),
        read: (post) => rv.with({ key: post }, () => posts.read(post)),
      };
    },
  };
}

function toPosts(pool: Pool): Posts {
  return {
    write: async (post, body) => {
      await pool.query('INSERT INTO posts (id, body) VALUES (?, ?)', [post, body]);
    },
    read: async (post) => {
      const sql = 'SELECT body FROM posts WHERE id = ?';
      const [rows] = await pool.query<RowDataPacket[]>(sql, [post]);
      return rows.length === 1;
    },
  };
}

/** Creates the table and waits until the replica has it. */
async function createTable({ primary, replica }: MysqlPair): Promise<void> {
  await queryOnce(
    primary.url,
    'CREATE TABLE posts (id VARCHAR(64) PRIMARY KEY, body TEXT NOT NULL)',
  );
  while ((await queryOnce(replica.url, `SHOW TABLES LIKE 'posts'`)).length === 0) {
    await sleep(POLL_INTERVAL_MS);
  }
}

async function queryOnce(uri: string, sql: string): Promise<RowDataPacket[]> {
  const connection = await createConnection(uri);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    await connection.end();
  }
}
