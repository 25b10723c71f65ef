// One replica, watched inside a node, without sockets: the fake store fails as the test says.
import { performance } from 'node:perf_hooks';
import type { StatusAnswer, WaitAnswer } from '@rendezvous/protocol';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type FakeReplica, FakeStore } from '../../test/fake-store.js';
import { openOf, waitOf } from '../../test/operations.js';
import { until } from '../../test/until.js';
import { NodeCore } from '../core/node-core.js';
import { createLocalLink, type LocalLink, type MonitorLink } from '../host/local-link.js';
import { NodeHost } from '../host/node-host.js';
import { createMemoryJournal } from '../journal/memory-journal.js';
import type { LogEvent } from '../ports.js';
import { watchReplica } from './watch-replica.js';

vi.setConfig({ testTimeout: 20_000 });

/** Waits for the write with this bid. */
interface WaitForWrite {
  (timeoutMs: number): Promise<WaitAnswer>;
  readonly bid: string;
}

interface Setup {
  readonly store: FakeStore;
  readonly replica: FakeReplica;
  readonly link: LocalLink;
  readonly events: LogEvent[];
  /** What the node knows of the replica. */
  status(): Promise<StatusAnswer['replicas'][number] | undefined>;
  /** A write at the primary; resolves with what waits for it in us. */
  write(position?: string): Promise<WaitForWrite>;
  stop(): Promise<void>;
}

const WATCHED = {
  namespace: 'default',
  store: 'posts',
  region: 'us',
  name: 'us-1',
  endpoint: 'us',
  primary: 'eu',
  answerTimeoutMs: 40,
};

function setup(prepare: (store: FakeStore) => void = () => undefined): Setup {
  const store = new FakeStore();
  prepare(store);
  const { order } = store.strategy;
  const regions = [
    { name: 'eu', replicas: ['eu-1'] },
    { name: 'us', replicas: ['us-1'] },
  ];
  const journal = createMemoryJournal();
  const core = new NodeCore(
    {
      nodeId: 'us',
      namespace: 'default',
      regions: ['us'],
      stores: [{ name: 'posts', home: 'eu', regions, order, branchTtlMs: 60_000 }],
      peers: [],
      journal: journal.recovered,
    },
    performance.now(),
  );
  const onFatal = (error: unknown): never => {
    throw error;
  };
  const host = new NodeHost({ core, journal, onFatal });
  const link = createLocalLink(host);
  const events: LogEvent[] = [];
  const abort = new AbortController();
  const watched = { ...WATCHED, strategy: store.strategy };
  const watching = watchReplica(watched, link, (event) => events.push(event), abort.signal);
  const stop = async (): Promise<void> => {
    abort.abort();
    link.shutdown();
    await watching;
    host.shutdown();
  };
  onTestFinished(stop);
  return {
    store,
    replica: store.replica('us'),
    link,
    events,
    status: async () => {
      const answer = await link.request({ kind: 'status' });
      return (answer as StatusAnswer).replicas[0];
    },
    write: async (position = store.commit()) => {
      const open = openOf({ position });
      const opened = await link.request(open);
      if (opened.kind !== 'opened') throw new Error(opened.kind);
      const wait = (timeoutMs: number): Promise<WaitAnswer> =>
        link.request(waitOf(open, opened, { timeoutMs })) as Promise<WaitAnswer>;
      return Object.assign(wait, { bid: open.bid });
    },
    stop,
  };
}

function countOf(events: readonly LogEvent[], name: string): number {
  return events.filter(({ event }) => event === name).length;
}

async function untilReady(node: Setup): Promise<void> {
  await until(async () =>
    expect(await node.status()).toMatchObject({ monitored: true, barrier: '' }),
  );
}

test('a branch closes when the replica has passed it, not before', async () => {
  const node = setup();
  await untilReady(node);
  const wait = await node.write();
  expect(await wait(0)).toMatchObject({ status: 'timed_out', pending: [{ reason: 'open' }] });
  const blocked = wait(10_000);
  node.store.replicate();
  expect(await blocked).toMatchObject({ status: 'consistent', prevented: true });
});

test('rule 21: waits hold until the replica has passed the position that the primary had', async () => {
  const node = setup((store) => {
    store.primary = 7;
    store.replica('us').position = 5;
  });
  await until(async () => expect(await node.status()).toMatchObject({ position: '5' }));
  expect(await node.status()).toMatchObject({ monitored: true, barrier: '7' });
  const wait = await node.write('5');
  expect(await wait(0)).toMatchObject({ status: 'timed_out', pending: [{ reason: 'barrier' }] });
  const blocked = wait(10_000);
  const before = node.replica.readCount;
  await until(() => expect(node.replica.readCount).toBeGreaterThan(before + 3));
  node.store.replicate();
  expect(await blocked).toMatchObject({ status: 'consistent', prevented: true });
});

test('rule 11: a replica that went back is attached to anew, behind a fresh barrier', async () => {
  const node = setup((store) => {
    store.primary = 5;
    store.replica('us').position = 5;
  });
  await untilReady(node);
  const wait = await node.write();
  const blocked = wait(10_000);
  node.replica.position = 2;
  await until(() => expect(countOf(node.events, 'monitor_detached')).toBe(1));
  await until(async () =>
    expect(await node.status()).toMatchObject({ monitored: true, position: '2', barrier: '6' }),
  );
  expect(node.store.barrierCount).toBe(2);
  node.store.replicate();
  expect(await blocked).toMatchObject({ status: 'consistent', prevented: true });
});

test('a replica that cannot be connected to is tried until it can, and told of once', async () => {
  const node = setup((store) => {
    store.replica('us').isDown = true;
  });
  await until(() => expect(node.replica.connectCount).toBeGreaterThan(2));
  expect(await node.status()).toMatchObject({ monitored: false });
  expect(countOf(node.events, 'monitor_detached')).toBe(1);
  node.replica.isDown = false;
  await untilReady(node);
  expect(countOf(node.events, 'monitor_attached')).toBe(1);
});

test('a connection that breaks takes its watermark with it', async () => {
  const node = setup();
  await untilReady(node);
  const wait = await node.write();
  const blocked = wait(10_000);
  node.replica.isDown = true;
  await until(async () => expect(await node.status()).toMatchObject({ monitored: false }));
  expect(node.replica.connectionCount).toBe(0);
  node.replica.isDown = false;
  node.store.replicate();
  expect(await blocked).toMatchObject({ status: 'consistent', prevented: true });
});

test('a replica that hangs is given up, and attached to anew behind a fresh barrier', async () => {
  const node = setup();
  await untilReady(node);
  node.replica.isHung = true;
  const wait = await node.write();
  const blocked = wait(10_000);
  await until(() => expect(countOf(node.events, 'monitor_detached')).toBe(1));
  node.replica.isHung = false;
  await until(async () => expect(await node.status()).toMatchObject({ barrier: '1' }));
  node.store.replicate();
  expect(await blocked).toMatchObject({ status: 'consistent' });
});

test('a node that does not answer an attach is given up, at the latest when the signal aborts', async () => {
  const store = new FakeStore();
  const cancelled: number[] = [];
  let attachCount = 0;
  const link: MonitorLink = {
    request: () => Promise.reject(new Error('nobody asks before it is attached')),
    stream: () => ++attachCount,
    send: ({ target }) => cancelled.push(target),
  };
  const abort = new AbortController();
  const watched = { ...WATCHED, strategy: store.strategy };
  const watching = watchReplica(watched, link, () => undefined, abort.signal);
  await until(() => expect(attachCount).toBe(3));
  abort.abort();
  await watching;
  expect(cancelled).toEqual([1, 2, 3]);
  expect(store.replica('us').connectionCount).toBe(0);
});

test('a connection that comes too late is closed', async () => {
  const node = setup((store) => {
    store.replica('us').isConnectHung = true;
  });
  await until(() => expect(countOf(node.events, 'monitor_detached')).toBe(1));
  node.replica.isConnectHung = false;
  node.replica.connectLate();
  await untilReady(node);
  await until(() => expect(node.replica.connectionCount).toBe(1));
});

test('a hanging replica does not hold up the shutdown, and its connection is closed', async () => {
  const node = setup();
  await untilReady(node);
  node.replica.isHung = true;
  await node.write();
  const before = node.replica.readCount;
  await until(() => expect(node.replica.readCount).toBeGreaterThan(before));
  await node.stop();
  expect(node.replica.connectionCount).toBe(0);
});

test('rule 21: a replica whose connection breaks is let go of at once, not at the next question', async () => {
  const node = setup();
  await untilReady(node);
  // The fake goes on answering questions on a broken connection: only `lost` tells.
  node.replica.breakConnections();
  await vi.waitFor(() => expect(countOf(node.events, 'monitor_detached')).toBe(1));
  await untilReady(node);
});

test('a signal closes its branch before any watermark, and one that was lost is found by it', async () => {
  const node = setup((store) => (store.kind = 'signal'));
  await untilReady(node);
  const [signalled, lost] = [await node.write(), await node.write()];
  const blocked = lost(10_000);
  node.replica.announce([signalled.bid]);
  expect(await signalled(10_000)).toMatchObject({ status: 'consistent' });
  expect(await lost(0)).toMatchObject({ status: 'timed_out', pending: [{ reason: 'open' }] });
  node.store.replicate();
  expect(await blocked).toMatchObject({ status: 'consistent', prevented: true });
});

test("the original's fault: a store error in a monitor never drops a branch", async () => {
  const node = setup();
  await untilReady(node);
  const wait = await node.write();
  node.replica.isDown = true;
  await vi.waitFor(() => expect(countOf(node.events, 'monitor_detached')).toBeGreaterThan(0));
  expect(await wait(0)).toMatchObject({ status: 'timed_out' });
  node.replica.isDown = false;
  node.store.replicate();
  expect(await wait(10_000)).toMatchObject({ status: 'consistent' });
});
