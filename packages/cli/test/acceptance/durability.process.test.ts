/**
 * Promise 2 with real processes: a node that is killed again and again under load knows every open that
 * it ever acknowledged, and goes on answering for it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  askWait,
  attachMonitor,
  findUnknown,
  type OpenLoad,
  type SingleNode,
  startOpenLoad,
  startSingleNode,
} from './single-node.js';

const ROUND_COUNT = 20;
const CLIENT_COUNT = 3;
/** Together well above 5,000 opens/s. */
const OPENS_PER_SECOND = 2_500;
const ROUND_MS = 1_000;
const MANY_BRANCHES = 200_000;
/** Beyond the position of every open of the load. */
const PAST_ALL = '7711336838912810063/1/0/6000000';

let node: SingleNode;

beforeAll(async () => {
  node = await startSingleNode();
});

afterAll(() => node.shutdown());

const loads: OpenLoad[] = [];
const acknowledged = (): OpenLoad['acknowledged'] => loads.flatMap((load) => load.acknowledged);

test('promise 2: after 20 rounds of kill -9 under load, every acknowledged open is known', async () => {
  for (let count = 0; count < CLIENT_COUNT; count++) {
    loads.push(startOpenLoad(node.url, OPENS_PER_SECOND));
  }
  let rates: number[] = [];
  for (let round = 0; round < ROUND_COUNT; round++) {
    // Counted from the first acknowledgement on: the node has started, the clients are back.
    const before = acknowledged().length;
    await expect.poll(() => acknowledged().length, { timeout: 20_000 }).toBeGreaterThan(before);
    const [startMs, startCount] = [performance.now(), acknowledged().length];
    await delay(ROUND_MS);
    const seconds = (performance.now() - startMs) / 1_000;
    rates = [...rates, Math.round((acknowledged().length - startCount) / seconds)];
    await node.process.kill();
    await node.process.start();
  }
  await Promise.all(loads.map((load) => load.stop()));
  const missing = await findMissing(acknowledged());
  expect(missing).toEqual([]);
  process.stdout.write(
    `${String(ROUND_COUNT)} rounds of kill -9 at ${String(Math.min(...rates))} to ${String(Math.max(...rates))} ` +
      `opens/s: ${String(acknowledged().length)} acknowledged, ${String(missing.length)} missing, ` +
      `${String(await openInUs())} known\n`,
  );
});

test('promise 1: waits on opens of before hold until their branch closes, then are consistent', async () => {
  const monitor = await node.connect('monitor');
  const reader = await node.connect('reader');
  const { watermark } = attachMonitor(monitor);
  const every = Math.ceil(acknowledged().length / 500);
  const sample = acknowledged().filter((_, index) => index % every === 0);
  await watermark('7711336838912810063/1/0/1');
  const held = await Promise.all(sample.map((open) => askWait(reader, open)));
  expect(held.map(({ status }) => status)).toEqual(sample.map(() => 'timed_out'));
  expect(held.map(({ pending }) => pending[0]?.bid)).toEqual(sample.map(({ bid }) => bid));
  await watermark(PAST_ALL);
  await expect.poll(() => openInUs(), { timeout: 60_000 }).toBe(0);
  const passed = await Promise.all(sample.map((open) => askWait(reader, open)));
  expect(passed.map(({ status }) => status)).toEqual(sample.map(() => 'consistent'));
  for (const connection of [monitor, reader]) connection.shutdown();
});

test('promise 2: 200,000 open branches are back after a kill -9', async () => {
  const load = startOpenLoad(node.url, 20_000, MANY_BRANCHES);
  await load.ended;
  expect(load.acknowledged).toHaveLength(MANY_BRANCHES);
  await node.process.kill();
  const startMs = performance.now();
  await node.process.start();
  const readyMs = performance.now() - startMs;
  expect(await openInUs()).toBe(MANY_BRANCHES);
  expect(await findMissing(load.acknowledged)).toEqual([]);
  process.stdout.write(
    `restart with ${String(MANY_BRANCHES)} open branches: ready after ${readyMs.toFixed(0)} ms ` +
      `(start of Node.js included)\n`,
  );
});

async function findMissing(opens: OpenLoad['acknowledged']): Promise<OpenLoad['acknowledged']> {
  const monitor = await node.connect('monitor');
  const reader = await node.connect('reader');
  await attachMonitor(monitor).watermark('7711336838912810063/1/0/1');
  const unknown = await findUnknown(reader, opens);
  for (const connection of [monitor, reader]) connection.shutdown();
  return unknown;
}

async function openInUs(): Promise<number> {
  const connection = await node.connect('reader');
  const status = await connection.request({ kind: 'status' });
  connection.shutdown();
  if (status.kind !== 'statusAnswer') throw new Error('no status');
  return status.regions.find(({ region }) => region === 'us')?.branchesOpen ?? -1;
}
