// A monitor apart from the node, over a real session through a link that the test breaks.
import { startDelayProxy, type DelayProxy } from '@rendezvous/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ClusterNode, POSTS } from '../../test/cluster.js';
import { FakeStore } from '../../test/fake-store.js';
import { until } from '../../test/until.js';
import type { LogEvent } from '../ports.js';
import { createMonitor, type Monitor, type MonitorOptions } from './create-monitor.js';

vi.setConfig({ testTimeout: 20_000 });

interface Setup {
  readonly store: FakeStore;
  readonly node: ClusterNode;
  readonly link: DelayProxy;
  readonly monitor: Monitor;
  readonly events: LogEvent[];
}

async function setup(change: Partial<MonitorOptions> = {}): Promise<Setup> {
  const store = new FakeStore();
  const node = new ClusterNode({
    regions: ['us'],
    stores: [POSTS],
    strategies: { fake: store.strategy },
    port: 0,
    monitors: 'none',
  });
  const { port } = await node.start();
  const link = await startDelayProxy({ targetPort: port });
  onTestFinished(() => link.shutdown());
  const events: LogEvent[] = [];
  const monitor = createMonitor({
    endpoint: `ws://127.0.0.1:${link.port}`,
    store: 'posts',
    region: 'us',
    replicas: [{ name: 'us-1', endpoint: 'us' }],
    primary: 'eu',
    strategy: store.strategy,
    log: (event) => events.push(event),
    ...change,
  });
  onTestFinished(() => monitor.shutdown());
  return { store, node, link, monitor, events };
}

test('a monitor alone closes what its replica has', async () => {
  const { store, node } = await setup();
  await node.untilReady();
  const written = await node.open({ position: store.commit() });
  const waiting = node.wait(written, 'us', 10_000);
  store.replicate();
  expect(await waiting).toMatchObject({ status: 'consistent', prevented: true });
});

test('a monitor whose link breaks attaches anew, behind a fresh barrier', async () => {
  const { store, node, link, events } = await setup();
  await node.untilReady();
  link.refuse(true);
  link.cut();
  await until(() => expect(events).toContainEqual(expect.objectContaining({ event: 'node_lost' })));
  expect(store.replica('us').connectionCount).toBe(0);
  const written = await node.open({ position: store.commit() });
  const waiting = node.wait(written, 'us', 10_000);
  link.refuse(false);
  await until(async () =>
    expect((await node.status()).replicas).toMatchObject([{ monitored: true, barrier: '1' }]),
  );
  store.replicate();
  expect(await waiting).toMatchObject({ status: 'consistent' });
});

test('a link that breaks between the attach and its answer does not stop the monitor', async () => {
  const { node, link, store } = await setup();
  await node.untilReady();
  for (let round = 0; round < 5; round++) {
    link.pause('toClient');
    const before = store.barrierCount;
    link.cut();
    link.resume('toClient');
    await until(() => expect(store.barrierCount).toBeGreaterThan(before));
    // Its attach is on its way, or answered, or not sent yet.
    link.cut();
    await node.untilReady();
  }
});

test('a monitor that the node refuses says so, and the node answers unknown', async () => {
  const { events, node } = await setup({ replicas: [{ name: 'us-9', endpoint: 'us' }] });
  await until(() =>
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'monitor_detached', replica: 'us-9' }),
    ),
  );
  expect((await node.status()).replicas).toMatchObject([{ monitored: false }]);
});

test.each(['http://127.0.0.1:7410', 'ws://user:secret@', ''])(
  'an endpoint such as "%s" is config_invalid and not repeated',
  async (endpoint) => {
    const { strategy } = new FakeStore();
    const create = (): Monitor =>
      createMonitor({ endpoint, store: 'x', region: 'us', replicas: [], primary: '', strategy });
    expect(create).toThrow('[config_invalid] endpoint: must be a ws:// or wss:// URL');
  },
);

test('shutdown() ends a monitor in any state, twice', async () => {
  const connected = await setup();
  await connected.node.untilReady();
  await connected.monitor.shutdown();
  await connected.monitor.shutdown();
  await until(() => expect(connected.link.connections).toBe(0));
  expect(connected.store.replica('us').connectionCount).toBe(0);

  const connecting = await setup();
  await connecting.monitor.shutdown();

  const hanging = await setup();
  await hanging.node.untilReady();
  hanging.store.replica('us').isHung = true;
  await hanging.node.open({ position: '1' });
  await hanging.monitor.shutdown();
  expect(hanging.store.replica('us').connectionCount).toBe(0);
});
