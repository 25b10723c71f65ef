import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { POSTS } from '../test/cluster.js';
import { FakeStore } from '../test/fake-store.js';
import { openOf, waitOf } from '../test/operations.js';
import { openRaw, openSession } from '../test/raw-client.js';
import { until } from '../test/until.js';
import type { JournalRecord } from './core/effect.js';
import { createServer, type Server } from './create-server.js';
import { createMemoryJournal } from './journal/memory-journal.js';
import type { Journal, LogEvent } from './ports.js';
import type { ServerOptions } from './server-options.js';

vi.setConfig({ testTimeout: 20_000 });

async function start(options: Partial<ServerOptions> = {}): Promise<Server> {
  const strategies = { fake: new FakeStore().strategy };
  const server = await createServer({
    regions: ['us'],
    stores: [POSTS],
    strategies,
    port: 0,
    ...options,
  });
  onTestFinished(() => server.shutdown());
  return server;
}

/** A journal whose appends succeed and fail when the test says so. */
class ManualJournal implements Journal {
  readonly recovered: Journal['recovered'] = createMemoryJournal().recovered;
  readonly appends: { resolve(): void; reject(error: Error): void }[] = [];
  readonly hasRoom: boolean = true;
  isShutDown = false;

  append(_records: readonly JournalRecord[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.appends.push({ resolve, reject });
    });
  }

  async shutdown(): Promise<void> {
    this.isShutDown = true;
  }
}

test('a node says where it listens, and who it is', async () => {
  const node = await start({ nodeId: 'first' });
  expect(node.url).toBe(`ws://127.0.0.1:${node.port}`);
  const client = await openRaw(node.url);
  const welcome = await client.ask({
    kind: 'hello',
    ...{ protocolMin: 0, protocolMax: 99, namespace: 'default', token: '' },
    ...{ role: 'reader', region: 'us', agent: '' },
  });
  expect(welcome).toEqual({
    kind: 'welcome',
    protocol: 1,
    nodeId: 'first',
    regions: ['us'],
    stores: [{ name: 'posts', home: 'eu', regions: ['eu', 'us', 'ap'] }],
    modeCeiling: 'enforce',
    frameBytesMax: 1_048_576,
  });
});

test('a node that is given a name by nobody has one of its own', async () => {
  const [first, second] = [await start(), await start()];
  expect(first.nodeId).not.toBe(second.nodeId);
});

test('a port in use is unavailable, says so, and leaves nothing running', async () => {
  const first = await start();
  const journal = new ManualJournal();
  const store = new FakeStore();
  const second = createServer({
    regions: ['us'],
    stores: [POSTS],
    strategies: { fake: store.strategy },
    port: first.port,
    journal,
  });
  await expect(second).rejects.toMatchObject({ code: 'unavailable' });
  await expect(second).rejects.toThrow(`127.0.0.1:${first.port} is in use`);
  expect(journal.isShutDown).toBe(true);
  expect(store.replica('us').connectCount).toBe(0);
});

test('an address that cannot be had is unavailable', async () => {
  const tokens = [{ token: 'token-of-the-tests', namespace: 'default', role: 'admin' }] as const;
  const starting = start({ host: '192.0.2.1', tokens });
  await expect(starting).rejects.toMatchObject({ code: 'unavailable' });
});

test('options that make no sense are config_invalid before anything starts', async () => {
  const journal = new ManualJournal();
  await expect(start({ regions: [], journal })).rejects.toMatchObject({ code: 'config_invalid' });
  await expect(start({ host: '0.0.0.0', journal })).rejects.toMatchObject({
    code: 'config_invalid',
  });
});

test('shutdown() ends sessions with 1001, twice is as once, and the port is free', async () => {
  const node = await start();
  const clients = await Promise.all([openSession(node.url), openRaw(node.url)]);
  await Promise.all([node.shutdown(), node.shutdown()]);
  await node.shutdown();
  expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual([1001, 1001]);
  await start({ port: node.port });
});

test('shutdown() does not wait for clients that do not answer', async () => {
  const node = await start();
  const mute = await openSession(node.url);
  mute.socket.pause();
  const idle = connect(node.port, '127.0.0.1');
  idle.on('error', () => undefined);
  await once(idle, 'connect');
  idle.write('GET /healthz HT');
  await node.shutdown();
  mute.socket.resume();
  expect(await mute.closed).toBe(1001);
});

test('rule 2: nothing is acknowledged, nor seen by a wait, before it is durable', async () => {
  const journal = new ManualJournal();
  const node = await start({ journal });
  const client = await openSession(node.url);
  const open = openOf();
  const [first, again] = client.askAll([open, open]);
  await until(() => expect(journal.appends).toHaveLength(1));
  const coverage = { journal: journal.recovered.id, sequence: 1 };
  const wait = waitOf(open, { kind: 'opened', ...coverage }, { timeoutMs: 0 });
  expect(await client.ask(wait)).toMatchObject({ pending: [{ reason: 'journal_behind' }] });
  expect(client.messages).toEqual([]);
  journal.appends[0]?.resolve();
  expect(await Promise.all([first, again])).toEqual([
    { kind: 'opened', ...coverage },
    { kind: 'opened', ...coverage },
  ]);
});

test('rule 20: a failed append ends the node; neither it nor what follows is acknowledged', async () => {
  const journal = new ManualJournal();
  const fatal: unknown[] = [];
  const events: LogEvent[] = [];
  const node = await start({
    journal,
    onFatal: (error) => fatal.push(error),
    log: (event) => events.push(event),
  });
  const client = await openSession(node.url);
  const answers: Promise<unknown>[] = [];
  for (let count = 1; count <= 3; count++) {
    const answer = client.ask(openOf());
    answer.catch(() => undefined);
    answers.push(answer);
    // One at a time: what comes in one turn is appended together.
    await until(() => expect(journal.appends).toHaveLength(count));
  }
  const failure = new Error('disk full');
  journal.appends[0]?.reject(failure);
  journal.appends[1]?.resolve();
  journal.appends[2]?.reject(new Error('again'));
  expect(await client.closed).toBe(1001);
  expect(client.messages).toEqual([]);
  await until(() => expect(fatal).toEqual([failure]));
  expect(journal.isShutDown).toBe(true);
  expect(events.filter(({ event }) => event === 'journal_failed')).toHaveLength(1);
  await expect(Promise.race([...answers, node.shutdown()])).resolves.toBeUndefined();
});
