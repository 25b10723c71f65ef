import { existsSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startPostgresPair, type PostgresPair } from './postgres-pair.js';

let pair: PostgresPair;

beforeAll(async () => {
  pair = await startPostgresPair({ maxConnections: 40 });
  const client = await connectTo(pair.primary.url);
  await client.query('create table posts (id text primary key)');
  await client.end();
});

afterAll(() => pair.shutdown());

async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** A client of each server, and what the tests ask of them. */
async function setup(): Promise<{
  readonly write: (id: string) => Promise<void>;
  readonly sees: (id: string) => Promise<boolean>;
  readonly untilSeen: (id: string) => Promise<void>;
  readonly replica: pg.Client;
}> {
  const primary = await connectTo(pair.primary.url);
  const replica = await connectTo(pair.replica.url);
  onTestFinished(async () => {
    await Promise.all([primary.end(), replica.end()]);
  });
  const sees = async (id: string): Promise<boolean> => {
    const { rowCount } = await replica.query('select from posts where id = $1', [id]);
    return rowCount === 1;
  };
  return {
    replica,
    sees,
    write: async (id) => {
      await primary.query('insert into posts values ($1)', [id]);
    },
    untilSeen: async (id) => {
      while (!(await sees(id)));
    },
  };
}

test('a write on the primary becomes visible on the replica, which is read-only', async () => {
  const { write, untilSeen, replica } = await setup();
  await write('plain');
  await untilSeen('plain');
  await expect(replica.query(`insert into posts values ('no')`)).rejects.toThrow(/read-only/);
});

test('both servers accept the connections asked for and sync nothing to disk', async () => {
  const { replica } = await setup();
  const { rows } = await replica.query<Record<string, string>>(
    `select current_setting('max_connections') as connections, current_setting('fsync') as fsync,
            current_setting('unix_socket_directories') as sockets`,
  );
  expect(rows[0]).toEqual({ connections: '40', fsync: 'off', sockets: '' });
  expect(pair.version).toMatch(/^\d+\.\d+$/);
});

test('pause() holds replay, however much is written, and resume() releases it', async () => {
  const { write, sees, untilSeen, replica } = await setup();
  const replayed = async (): Promise<unknown> =>
    (await replica.query('select pg_last_wal_replay_lsn()::text as lsn')).rows[0];
  await pair.lag.pause();
  const before = await replayed();
  for (let index = 0; index < 50; index++) await write(`held-${String(index)}`);
  expect(await sees('held-0')).toBe(false);
  expect(await replayed()).toEqual(before);
  await pair.lag.resume();
  await untilSeen('held-49');
});

test('setDelay() makes a write invisible first, and visible later', async () => {
  const { write, sees, untilSeen } = await setup();
  await pair.lag.setDelay(60_000);
  await write('delayed');
  expect(await sees('delayed')).toBe(false);
  await pair.lag.setDelay(0);
  await untilSeen('delayed');
});

test('cut() breaks the replication link, and the replica connects again', async () => {
  const { write, untilSeen } = await setup();
  expect(pair.link.connections).toBe(1);
  await pair.lag.cut();
  expect(pair.link.connections).toBe(0);
  await write('after the cut');
  await untilSeen('after the cut');
});

test('a killed server starts again on its port with its data', async () => {
  const { primary } = pair;
  const { port, pid } = primary;
  await primary.kill();
  await expect(connectTo(primary.url)).rejects.toThrow(/ECONNREFUSED/);
  await primary.start();
  expect(primary.port).toBe(port);
  expect(primary.pid).not.toBe(pid);
  const { write, untilSeen } = await setup();
  await write('after the crash');
  await untilSeen('after the crash');
});

test('a stopped replica starts again and catches up', async () => {
  await pair.replica.stop();
  await pair.replica.stop();
  const primary = await connectTo(pair.primary.url);
  await primary.query(`insert into posts values ('missed')`);
  await primary.end();
  await pair.replica.start();
  const { untilSeen } = await setup();
  await untilSeen('missed');
});

describe('a pair of its own', () => {
  test('promote() makes the replica writable, on a new timeline', async () => {
    await using own = await startPostgresPair();
    await own.promote();
    const promoted = await connectTo(own.replica.url);
    const { rows } = await promoted.query<{ timeline: number }>(
      'select pg_is_in_recovery() as standby, timeline_id as timeline from pg_control_checkpoint()',
    );
    await promoted.end();
    expect(rows[0]).toMatchObject({ standby: false });
  });

  test('shutdown() leaves neither processes nor files, also with clients connected', async () => {
    const own = await startPostgresPair();
    const pids = [own.primary.pid, own.replica.pid];
    await connectTo(own.replica.url);
    expect(existsSync(own.directory)).toBe(true);
    await own.shutdown();
    await own.shutdown();
    expect(existsSync(own.directory)).toBe(false);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });

  test('several pairs start at once without taking each other’s ports', async () => {
    const pairs = await Promise.all([startPostgresPair(), startPostgresPair()]);
    const ports = pairs.flatMap((each) => [each.primary.port, each.replica.port]);
    expect(new Set(ports).size).toBe(4);
    await Promise.all(pairs.map((each) => each.shutdown()));
  });
});
