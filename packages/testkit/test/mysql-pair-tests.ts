import { createConnection } from 'mysql2/promise';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { expect, onTestFinished, test } from 'vitest';
import type { MysqlPair } from '../src/mysql/start-mysql-pair.js';

async function connectTo(uri: string): Promise<Connection> {
  const connection = await createConnection(uri);
  connection.on('error', () => undefined);
  onTestFinished(() => {
    connection.destroy();
  });
  return connection;
}

/** A client of each server, and what the tests ask of them. */
async function setup(pair: MysqlPair): Promise<{
  readonly write: (id: string) => Promise<void>;
  readonly sees: (id: string) => Promise<boolean>;
  readonly untilSeen: (id: string) => Promise<void>;
}> {
  const primary = await connectTo(pair.primary.url);
  const replica = await connectTo(pair.replica.url);
  await primary.query('CREATE TABLE IF NOT EXISTS posts (id VARCHAR(32) PRIMARY KEY)');
  const sees = async (id: string): Promise<boolean> => {
    const [rows] = await replica.query<RowDataPacket[]>(
      `SELECT TABLE_ROWS IS NOT NULL AS there FROM information_schema.tables WHERE table_name = 'posts'`,
    );
    if (rows.length === 0) return false;
    const [found] = await replica.query<RowDataPacket[]>('SELECT id FROM posts WHERE id = ?', [id]);
    return found.length === 1;
  };
  return {
    sees,
    write: async (id) => {
      await primary.query('INSERT INTO posts VALUES (?)', [id]);
    },
    untilSeen: async (id) => {
      while (!(await sees(id)));
    },
  };
}

/** What the pairs of MariaDB and of MySQL have in common. The tests use one pair, in order. */
export function testMysqlPair(pairOf: () => MysqlPair): void {
  test('a write on the primary becomes visible on the replica, which is read-only', async () => {
    const { write, untilSeen } = await setup(pairOf());
    await write('plain');
    await untilSeen('plain');
    const replica = await connectTo(pairOf().replica.url);
    await expect(replica.query(`INSERT INTO posts VALUES ('no')`)).rejects.toThrow(/read-only/);
  });

  test('pause() holds replication, however much is written, and resume() releases it', async () => {
    const { write, sees, untilSeen } = await setup(pairOf());
    await pairOf().lag.pause();
    for (let index = 0; index < 50; index++) await write(`held-${String(index)}`);
    expect(await sees('held-0')).toBe(false);
    await pairOf().lag.resume();
    await untilSeen('held-49');
  });

  test('setDelay() makes a write invisible first, and visible later', async () => {
    const { write, sees, untilSeen } = await setup(pairOf());
    await pairOf().lag.setDelay(60_000);
    await write('delayed');
    expect(await sees('delayed')).toBe(false);
    await pairOf().lag.setDelay(0);
    await untilSeen('delayed');
  });

  test('cut() breaks the replication link, and the replica connects again', async () => {
    const { write, untilSeen } = await setup(pairOf());
    await pairOf().lag.cut();
    await write('after the cut');
    await untilSeen('after the cut');
  });

  test('a killed server starts again on its port with its data', async () => {
    const { primary } = pairOf();
    const { port, pid } = primary;
    await primary.kill();
    await expect(connectTo(primary.url)).rejects.toThrow(/ECONNREFUSED/);
    await primary.start();
    expect(primary.port).toBe(port);
    expect(primary.pid).not.toBe(pid);
    const { write, untilSeen } = await setup(pairOf());
    await write('after the crash');
    await untilSeen('after the crash');
    await untilSeen('plain');
  });

  test('a replica that is rebuilt from a copy is as far as it was then, and catches up', async () => {
    const [replica] = pairOf().replicas;
    await replica.saveCopy();
    const first = await setup(pairOf());
    await first.write('after the copy');
    await first.untilSeen('after the copy');
    replica.link.pause('toClient');
    await replica.rebuildFromCopy();
    const second = await setup(pairOf());
    expect(await second.sees('after the crash')).toBe(true);
    expect(await second.sees('after the copy')).toBe(false);
    replica.link.resume('toClient');
    await second.untilSeen('after the copy');
  });

  test('promote() makes the replica writable', async () => {
    await pairOf().promote();
    const promoted = await connectTo(pairOf().replica.url);
    await promoted.query(`INSERT INTO posts VALUES ('promoted')`);
    const [rows] = await promoted.query<RowDataPacket[]>('SELECT @@GLOBAL.read_only AS ro');
    expect(rows[0]).toEqual({ ro: 0 });
  });
}
