/**
 * Two nodes serve us, and are killed for real: where waits, reads and writes of a function in us then
 * go. Time limits of waits are far beyond the test's own, so that what hangs fails the test. Each test
 * leaves every node running.
 */
import { startDelayProxy } from '@rendezvous/testkit';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  type Application,
  createApplication,
  createTable,
  readPost,
  writePost,
} from './application.js';
import { askStatus, type DeployedNode } from './deployment.js';
import { type FailoverDeployment, startFailoverDeployment } from './failover-deployment.js';

/** Longer than any test. */
const NEVER_MS = 900_000;
const POLL = { timeout: 30_000 };

let deployment: FailoverDeployment;
let writer: Application;

beforeAll(async () => {
  deployment = await startFailoverDeployment();
  const { eu, usA, pair } = deployment;
  writer = createApplication('eu', eu.url, pair.primary.url);
  const reader = createApplication('us', usA.url, pair.replica.url);
  await createTable(writer, reader);
  await reader.shutdown();
});

afterAll(async () => {
  await writer.shutdown();
  await deployment.shutdown();
});

/** A function in us that lists these nodes, with a pool on the replica. */
function createReader(nodes: string): Application {
  return startApplication(nodes, deployment.pair.replica.url);
}

/** A function in us that writes at the primary. */
function createRemoteWriter(nodes: string): Application {
  return startApplication(nodes, deployment.pair.primary.url);
}

function startApplication(nodes: string, database: string): Application {
  const application = createApplication('us', nodes, database, {
    timeoutMs: NEVER_MS,
    openTimeoutMs: 60_000,
  });
  onTestFinished(() => application.shutdown());
  return application;
}

async function waitsBlockedAt({ url }: DeployedNode): Promise<number> {
  return (await askStatus(url)).waitsBlocked;
}

/** The branches that are open in us, as this node knows them. */
async function openAt({ url }: DeployedNode): Promise<number> {
  const { regions } = await askStatus(url);
  return regions.find(({ region }) => region === 'us')?.branchesOpen ?? -1;
}

async function waitStatus({ rv }: Application, bookmark: string | undefined): Promise<string> {
  return (await rv.wait({ bookmark: bookmark ?? '' })).status;
}

test('promise 1: a bookmark made through eu is honoured by either node of us', async () => {
  const { usA, usB, pair } = deployment;
  const readers = [createReader(usA.url), createReader(usB.url)];
  await pair.lag.pause();
  const bookmark = await writePost(writer, 'either');
  const reads = readers.map((reader) => readPost(reader, bookmark, 'either'));
  await expect.poll(() => waitsBlockedAt(usA), POLL).toBe(1);
  await expect.poll(() => waitsBlockedAt(usB), POLL).toBe(1);
  await pair.lag.resume();
  expect(await Promise.all(reads)).toEqual(['post either', 'post either']);
});

test('promise 3: waits whose node is killed go on at the other node, and the client returns once it is back', async () => {
  const { usA, usB, pair } = deployment;
  const reader = createReader(`${usA.url},${usB.url}`);
  await pair.lag.pause();
  const bookmark = await writePost(writer, 'killed');
  const waits = Array.from({ length: 50 }, () => waitStatus(reader, bookmark));
  const read = readPost(reader, bookmark, 'killed');
  await expect.poll(() => waitsBlockedAt(usA), POLL).toBe(51);
  await usA.kill();
  await expect.poll(() => waitsBlockedAt(usB), POLL).toBe(51);
  await pair.lag.resume();
  expect(new Set(await Promise.all(waits))).toEqual(new Set(['consistent']));
  expect(await read).toBe('post killed');

  await usA.start();
  await expect.poll(() => reader.rv.counters.connects, POLL).toBe(3);
  await expect.poll(() => waitStatus(reader, bookmark), POLL).toBe('consistent');
});

test('rule 8: with all nodes of us down, opens go to eu, and reads follow their policy until one is back', async () => {
  const { eu, usA, usB } = deployment;
  const nodes = `${usA.url}|${usB.url},${eu.url}`;
  const [reader, remoteWriter] = [createReader(nodes), createRemoteWriter(nodes)];
  await Promise.all([usA.kill(), usB.kill()]);

  const bookmark = await writePost(remoteWriter, 'exile');
  expect(remoteWriter.rv.counters).toMatchObject({ opens: 1, opensUnacknowledged: 0 });
  const answer = await reader.rv.wait({ bookmark: bookmark ?? '', store: 'posts' });
  expect(answer).toMatchObject({ status: 'unknown', pending: [{ reason: 'region_not_served' }] });
  const strict = reader.rv.with({ onUnavailable: 'throw' }, () =>
    readPost(reader, bookmark, 'exile'),
  );
  await expect(strict).rejects.toMatchObject({ code: 'consistency_unknown' });
  const before = reader.rv.counters.unavailable;
  await readPost(reader, bookmark, 'exile');
  expect(reader.rv.counters.unavailable).toBe(before + 1);

  await usB.start();
  await expect.poll(() => waitStatus(reader, bookmark), POLL).toBe('consistent');
  expect(await readPost(reader, bookmark, 'exile')).toBe('post exile');
  await usA.start();
});

test('promise 3: with every listed node down, waits end unknown, and one that is back is found', async () => {
  const { usA, usB } = deployment;
  const reader = createReader(`${usA.url}|${usB.url}`);
  const bookmark = await writePost(writer, 'dark');
  expect(await waitStatus(reader, bookmark)).toBe('consistent');
  await Promise.all([usA.kill(), usB.kill()]);
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => reader.rv.wait({ bookmark: bookmark ?? '' })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['unknown']));
  await Promise.all([usA.start(), usB.start()]);
  await expect.poll(() => waitStatus(reader, bookmark), POLL).toBe('consistent');
});

test('rule 18: an open that two nodes journalled is one branch, and its bookmark is honoured', async () => {
  const { usA, usB, pair } = deployment;
  const link = await startDelayProxy({ targetPort: Number(new URL(usA.url).port) });
  onTestFinished(() => link.shutdown());
  const remoteWriter = createRemoteWriter(`ws://127.0.0.1:${link.port},${usB.url}`);
  await writePost(remoteWriter, 'before');
  await expect.poll(() => openAt(usA), POLL).toBe(0);
  await pair.lag.pause();

  // The node takes the open, and its acknowledgement is lost.
  link.pause('toClient');
  const writing = writePost(remoteWriter, 'twice');
  await expect.poll(() => openAt(usA), POLL).toBe(1);
  link.refuse(true);
  link.cut();
  const bookmark = await writing;
  expect(remoteWriter.rv.counters).toMatchObject({ opens: 2, opensUnacknowledged: 0 });

  const readers = [createReader(usA.url), createReader(usB.url)];
  const reads = readers.map((reader) => readPost(reader, bookmark, 'twice'));
  for (const node of [usA, usB]) {
    await expect.poll(() => waitsBlockedAt(node), POLL).toBe(1);
    expect(await openAt(node)).toBe(1);
  }
  await pair.lag.resume();
  expect(await Promise.all(reads)).toEqual(['post twice', 'post twice']);
  for (const node of [usA, usB]) await expect.poll(() => openAt(node), POLL).toBe(0);
});
