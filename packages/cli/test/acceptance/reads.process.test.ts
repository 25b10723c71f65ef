/**
 * What a read costs and what it waits for, on real PostgreSQL and real nodes: keys, `observe`,
 * frames and round trips. The replica is paused or not; nothing here depends on speed.
 */
import { startDelayProxy } from '@rendezvous/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Application,
  createApplication,
  createReader,
  createTable,
  createWriter,
  readPost,
  writePost,
} from './application.js';
import { type Deployment, startDeployment } from './deployment.js';

let deployment: Deployment;
let writer: Application;
let reader: Application;

beforeAll(async () => {
  deployment = await startDeployment();
  writer = createWriter(deployment);
  reader = createReader(deployment);
  await createTable(writer, reader);
});

afterAll(async () => {
  await Promise.all([writer.shutdown(), reader.shutdown()]);
  await deployment.shutdown();
});

test('with a branch open on key A, a read of key B returns at once and one of no key blocks', async () => {
  await deployment.pair.lag.pause();
  const bookmark = await writePost(writer, 'a');
  await expect(readPost(reader, bookmark, 'b')).resolves.toBeUndefined();

  let isBlocked = true;
  const all = reader.rv
    .run(bookmark, () => reader.db.query('select id from posts'))
    .finally(() => (isBlocked = false));
  await expect.poll(async () => (await deployment.status(deployment.us.url)).waitsBlocked).toBe(1);
  await expect(readPost(reader, bookmark, 'b')).resolves.toBeUndefined();
  expect(isBlocked).toBe(true);

  await deployment.pair.lag.resume();
  expect((await all).rows).toEqual([{ id: 'a' }]);
});

test('promise 1: a read sees the write that its bookmark covers, as soon as the replica has it', async () => {
  await deployment.pair.lag.setDelay(150);
  try {
    const ids = Array.from({ length: 40 }, (_, index) => `seen-${String(index)}`);
    const texts = await Promise.all(
      ids.map(async (id) => readPost(reader, await writePost(writer, id), id)),
    );
    expect(texts).toEqual(ids.map((id) => `post ${id}`));
    expect(reader.rv.counters.prevented).toBeGreaterThan(0);
  } finally {
    await deployment.pair.lag.setDelay(0);
  }
});

test('observe never blocks, and counts what would have been stale', async () => {
  const observer = createReader(deployment, { mode: 'observe' });
  try {
    await deployment.pair.lag.pause();
    const bookmark = await writePost(writer, 'observed');
    await expect(readPost(observer, bookmark, 'observed')).resolves.toBeUndefined();
    await expect.poll(() => observer.rv.counters.observedStale).toBe(1);
  } finally {
    await deployment.pair.lag.resume();
    await observer.shutdown();
  }
});

test('a covered read whose data is there costs one frame each way, and no round trip of its own', async () => {
  const toNode = await startDelayProxy({ targetPort: Number(new URL(deployment.us.url).port) });
  const toDatabase = await startDelayProxy({ targetPort: deployment.pair.replica.port });
  const database = new URL(deployment.pair.replica.url);
  database.port = String(toDatabase.port);
  const near = createApplication('us', `ws://127.0.0.1:${String(toNode.port)}`, database.href);
  try {
    const bookmark = await writePost(writer, 'there');
    await readPost(near, bookmark, 'there');
    // From here on the data has been there for longer than a read takes.
    await expect
      .poll(async () => (await near.rv.wait({ bookmark: bookmark ?? '' })).closedAgoMs)
      .toBeGreaterThan(500);

    const framesBefore = { ...toNode.traffic };
    const { speculationsAccepted } = near.rv.counters;
    const statementsBefore = toDatabase.traffic.toTarget.bytes;
    toNode.pause('toClient');
    const reading = readPost(near, bookmark, 'there');
    // The statement is at the database while the node's answer is still held back.
    await expect.poll(() => toDatabase.traffic.toTarget.bytes).toBeGreaterThan(statementsBefore);
    await expect
      .poll(() => toNode.traffic.toClient.chunks)
      .toBeGreaterThan(framesBefore.toClient.chunks);
    const statements = toDatabase.traffic.toTarget.chunks;
    toNode.resume('toClient');

    await expect(reading).resolves.toBe('post there');
    expect(toNode.traffic.toTarget.chunks - framesBefore.toTarget.chunks).toBe(1);
    expect(toNode.traffic.toClient.chunks - framesBefore.toClient.chunks).toBe(1);
    expect(toDatabase.traffic.toTarget.chunks).toBe(statements);
    expect(near.rv.counters.speculationsAccepted).toBe(speculationsAccepted + 1);
  } finally {
    await near.shutdown();
    await Promise.all([toNode.shutdown(), toDatabase.shutdown()]);
  }
});
