import { existsSync } from 'node:fs';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startRedisPair, type RedisPair } from './redis-pair.js';

let pair: RedisPair;

beforeAll(async () => {
  pair = await startRedisPair();
});

afterAll(() => pair.shutdown());

function connectTo(url: string): Redis {
  const client = new Redis(url, { retryStrategy: () => null });
  client.on('error', () => undefined);
  onTestFinished(() => {
    client.disconnect();
  });
  return client;
}

interface Clients {
  readonly primary: Redis;
  readonly replica: Redis;
  readonly sees: (key: string) => Promise<boolean>;
  readonly untilSeen: (key: string) => Promise<void>;
}

/** A client of each server, and what the tests ask of them. */
function setup(servers: Pick<RedisPair, 'primary' | 'replica'> = pair): Clients {
  const primary = connectTo(servers.primary.url);
  const replica = connectTo(servers.replica.url);
  const sees = async (key: string): Promise<boolean> => (await replica.exists(key)) === 1;
  const untilSeen = async (key: string): Promise<void> => {
    while (!(await sees(key)));
  };
  return { primary, replica, sees, untilSeen };
}

async function readInfo(client: Redis, name: string): Promise<string | undefined> {
  const text = await client.info('replication');
  return new RegExp(`^${name}:(.*?)\r$`, 'm').exec(text)?.[1];
}

test('a new pair is empty, and knows its product and version', async () => {
  const { primary, replica } = setup();
  expect([await primary.dbsize(), await replica.dbsize()]).toEqual([0, 0]);
  expect(['Redis', 'Valkey']).toContain(pair.product);
  expect(pair.version).toMatch(/^\d+\.\d+\.\d+/);
});

test('a write on the primary becomes visible on the replica, which is read-only', async () => {
  const { primary, replica, untilSeen } = setup();
  await primary.set('plain', '1');
  await untilSeen('plain');
  await expect(replica.set('no', '1')).rejects.toThrow(/READONLY/);
});

test('pause() holds replication, however much is written, and resume() releases it', async () => {
  const { primary, replica, sees, untilSeen } = setup();
  // As much as no socket's buffer holds, so that some of it is under way when the gate falls.
  const large = 'x'.repeat(100_000);
  await Promise.all(
    Array.from({ length: 200 }, (_, index) => primary.set(`large-${index}`, large)),
  );
  await pair.lag.pause();
  const before = await readInfo(replica, 'slave_repl_offset');
  for (let index = 0; index < 50; index++) await primary.set(`held-${index}`, '1');
  expect(await sees('held-0')).toBe(false);
  expect(await readInfo(replica, 'slave_repl_offset')).toBe(before);
  await pair.lag.resume();
  await untilSeen('held-49');
});

test('setDelay() makes a write invisible first, and visible later', async () => {
  const { primary, sees, untilSeen } = setup();
  await pair.lag.setDelay(60_000);
  await primary.set('delayed', '1');
  expect(await sees('delayed')).toBe(false);
  await pair.lag.setDelay(0);
  await untilSeen('delayed');
});

test('cut() breaks the replication link, and the replica goes on where it was', async () => {
  const { primary, replica, untilSeen } = setup();
  const before = await readInfo(replica, 'master_replid');
  expect(pair.link.connections).toBe(1);
  await pair.lag.cut();
  expect(pair.link.connections).toBe(0);
  await primary.set('after the cut', '1');
  await untilSeen('after the cut');
  expect(await readInfo(replica, 'master_replid')).toBe(before);
});

test('a stopped replica starts again on its port and gets everything anew', async () => {
  const { port, pid } = pair.replica;
  await pair.replica.stop();
  await pair.replica.stop();
  await setup().primary.set('missed', '1');
  await pair.replica.start();
  expect(pair.replica.port).toBe(port);
  expect(pair.replica.pid).not.toBe(pid);
  await setup().untilSeen('missed');
});

describe('a pair of its own', () => {
  test('a killed primary starts again empty, and its replica becomes empty too', async () => {
    await using own = await startRedisPair();
    const { primary, untilSeen } = setup(own);
    await primary.set('lost', '1');
    await untilSeen('lost');
    await own.primary.kill();
    await own.primary.start();
    const later = setup(own);
    await later.primary.set('new', '1');
    await later.untilSeen('new');
    expect(await later.sees('lost')).toBe(false);
  });

  test('promote() makes the replica writable, on a new lineage', async () => {
    await using own = await startRedisPair();
    const { replica } = setup(own);
    const before = await readInfo(replica, 'master_replid');
    await own.promote();
    await replica.set('written', '1');
    expect(await readInfo(replica, 'role')).toBe('master');
    expect(await readInfo(replica, 'master_replid2')).toBe(before);
  });

  test('failOver() swaps the roles, and loses what the replica had not got', async () => {
    await using own = await startRedisPair();
    await own.lag.pause();
    const { primary, replica } = setup(own);
    await primary.set('lost', '1');
    await own.failOver();
    await replica.set('kept', '1');
    while ((await primary.exists('kept')) === 0);
    expect(await primary.exists('lost')).toBe(0);
  });

  test('shutdown() leaves neither processes nor files, also with clients connected', async () => {
    const own = await startRedisPair();
    const pids = [own.primary.pid, own.replica.pid];
    await setup(own).replica.ping();
    expect(existsSync(own.directory)).toBe(true);
    await own.shutdown();
    await own.shutdown();
    expect(existsSync(own.directory)).toBe(false);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });

  test('several pairs start at once without taking each other’s ports', async () => {
    const pairs = await Promise.all([startRedisPair(), startRedisPair(), startRedisPair()]);
    const ports = pairs.flatMap((each) => [each.primary.port, each.replica.port]);
    expect(new Set(ports).size).toBe(6);
    await Promise.all(pairs.map((each) => each.shutdown()));
  });

  test('a program that cannot start is reported with what it said', async () => {
    const start = startRedisPair({ program: '/bin/false' });
    await expect(start).rejects.toMatchObject({ code: 'store_failed' });
  });
});
