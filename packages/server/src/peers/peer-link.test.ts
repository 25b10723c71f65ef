// Whole nodes in one process, over real sockets, with a link that the test breaks.
import { findFreePort } from '@rendezvous/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ClusterNode, POSTS, startCluster, type Written } from '../../test/cluster.js';
import { FakeStore } from '../../test/fake-store.js';
import { until } from '../../test/until.js';
import { createServer } from '../create-server.js';
import type { LogEvent } from '../ports.js';

vi.setConfig({ testTimeout: 20_000 });

test('a write at eu is pending in us, closes there as the replica moves, and is then forgotten', async () => {
  const { store, eu, us } = await startCluster();
  const written = await eu.open({ position: store.commit() });
  expect((await eu.status()).regions).toMatchObject([{ branchesOpen: 1 }, { branchesOpen: 1 }]);
  const inUs = us.wait(written, 'us', 10_000);
  await until(async () =>
    expect(await us.wait(written, 'us', 0)).toMatchObject({
      status: 'timed_out',
      pending: [{ bid: written.open.bid, reason: 'open' }],
    }),
  );
  store.replica('us').position = store.primary;
  expect(await inUs).toMatchObject({ status: 'consistent', prevented: true });
  // The node serves ap too, whose replica is behind.
  expect(await us.wait(written, 'ap', 0)).toMatchObject({ status: 'timed_out' });
  await until(async () =>
    expect((await eu.status()).regions).toMatchObject([
      { region: 'us', branchesOpen: 0 },
      { region: 'ap', branchesOpen: 1 },
    ]),
  );
  store.replicate();
  expect(await us.wait(written, 'ap', 10_000)).toMatchObject({ status: 'consistent' });
  await Promise.all([eu.untilEmpty(), us.untilEmpty()]);
});

test('rule 8: a node does not answer for the regions of another', async () => {
  const { store, eu } = await startCluster();
  const written = await eu.open({ position: store.commit() });
  expect(await eu.wait(written, 'us', 10_000)).toMatchObject({
    status: 'unknown',
    pending: [{ reason: 'region_not_served' }],
  });
});

test('three nodes: a branch is forgotten at home once both of the others have it', async () => {
  const { store, eu, us, link } = await startCluster(['us']);
  const ap = new ClusterNode({
    regions: ['ap'],
    stores: [POSTS],
    strategies: { fake: store.strategy },
    port: 0,
    peers: [{ name: 'eu', endpoint: `ws://127.0.0.1:${link.port}` }],
  });
  await ap.start();
  await ap.untilReady();
  const written = await eu.open({ position: store.commit() });
  store.replica('us').position = store.primary;
  expect(await us.wait(written, 'us', 10_000)).toMatchObject({ status: 'consistent' });
  await us.untilEmpty();
  expect(await ap.wait(written, 'ap', 0)).toMatchObject({ status: 'timed_out' });
  store.replicate();
  expect(await ap.wait(written, 'ap', 10_000)).toMatchObject({ status: 'consistent' });
  await Promise.all([eu.untilEmpty(), ap.untilEmpty()]);
});

test.each(['cut', 'held still'])(
  'rule 4: while the link is %s nothing new is consistent; once it heals everything closes',
  async (how) => {
    const { store, eu, us, link } = await startCluster();
    const before = await eu.open({ position: store.commit() });
    store.replicate();
    expect(await us.wait(before, 'us', 10_000)).toMatchObject({ status: 'consistent' });
    if (how === 'cut') {
      link.refuse(true);
      link.cut();
    } else {
      link.pause();
    }
    const during: Written[] = [];
    for (let round = 0; round < 20; round++) {
      const opens = Array.from({ length: 10 }, () => eu.open({ position: store.commit() }));
      during.push(...(await Promise.all(opens)));
      store.replicate();
    }
    const answers = await Promise.all(during.map((written) => us.wait(written, 'us', 1_100)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['unknown']));
    const checks = await Promise.all(during.map((written) => us.wait(written, 'us', 0)));
    expect(new Set(checks.map(({ status }) => status))).toEqual(new Set(['timed_out']));
    expect(await us.wait(before, 'us', 0)).toMatchObject({ status: 'consistent' });
    if (how === 'cut') link.refuse(false);
    else link.resume();
    const [last] = during.slice(-1);
    if (last) await until(() => untilConsistent(us, last));
    for (const written of during) {
      expect(await us.wait(written, 'us', 0)).toMatchObject({ status: 'consistent' });
    }
    await Promise.all([eu.untilEmpty(), us.untilEmpty()]);
  },
);

async function untilConsistent(node: ClusterNode, written: Written): Promise<void> {
  expect(await node.wait(written, 'us', 100)).toMatchObject({ status: 'consistent' });
}

test('a link that breaks again and again loses nothing', async () => {
  const { store, eu, us, link } = await startCluster();
  const written: Written[] = [];
  for (let round = 0; round < 8; round++) {
    const opens = Array.from({ length: 50 }, () => eu.open({ position: store.commit() }));
    link.cut();
    written.push(...(await Promise.all(opens)));
    await us.untilReady();
    store.replicate();
    link.cut();
  }
  await us.untilReady();
  const answers = await Promise.all(written.map((one) => us.wait(one, 'us', 4_000)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['consistent']));
  await Promise.all([eu.untilEmpty(), us.untilEmpty()]);
});

test('rule 3: after a restart without its journal, what was lost is unknown and new writes work', async () => {
  const { store, eu, us, link } = await startCluster();
  const replicated = await eu.open({ position: store.commit() });
  await us.wait(replicated, 'us', 0);
  await until(async () =>
    expect(await us.wait(replicated, 'us', 0)).toMatchObject({ pending: [{ reason: 'open' }] }),
  );
  link.refuse(true);
  link.cut();
  const lost = await eu.open({ position: store.commit() });
  await eu.stop();
  await eu.start();
  link.refuse(false);
  await us.untilReady();
  expect(await us.wait(lost, 'us', 4_000)).toMatchObject({
    status: 'unknown',
    pending: [{ reason: 'journal_unknown' }],
  });
  // What had come before the restart is known here, and still open.
  expect(await us.wait(replicated, 'us', 0)).toMatchObject({ status: 'timed_out' });
  const fresh = await eu.open({ position: store.commit() });
  store.replicate();
  expect(await us.wait(fresh, 'us', 4_000)).toMatchObject({ status: 'consistent' });
  expect(await us.wait(replicated, 'us', 0)).toMatchObject({ status: 'consistent' });
  expect(await us.wait(lost, 'us', 0)).not.toMatchObject({ status: 'consistent' });
  await Promise.all([eu.untilEmpty(), us.untilEmpty()]);
});

test('us restarted takes everything up again from the journal of eu', async () => {
  const { store, eu, us } = await startCluster();
  const written = await eu.open({ position: store.commit() });
  await us.stop();
  await us.start();
  const waiting = us.wait(written, 'us', 10_000);
  store.replicate();
  expect(await waiting).toMatchObject({ status: 'consistent', prevented: true });
  await Promise.all([eu.untilEmpty(), us.untilEmpty()]);
});

test('a node that is its own peer says so, and works', async () => {
  const store = new FakeStore();
  const port = await findFreePort();
  const node = new ClusterNode({
    regions: ['us'],
    stores: [POSTS],
    strategies: { fake: store.strategy },
    port,
    peers: [{ name: 'self', endpoint: `ws://127.0.0.1:${port}` }],
  });
  await node.start();
  await until(() =>
    expect(node.events).toContainEqual(
      expect.objectContaining({ event: 'peer_stream_refused', peer: 'self' }),
    ),
  );
  const written = await node.open({ position: store.commit() });
  store.replicate();
  expect(await node.wait(written, 'us', 10_000)).toMatchObject({ status: 'consistent' });
});

test('a peer must present its token; that it did not is told once, without the token', async () => {
  const store = new FakeStore();
  const shared = { stores: [POSTS], strategies: { fake: store.strategy }, port: 0 };
  const admin = { token: 'admin-token-of-test', namespace: 'default', role: 'admin' } as const;
  const peer = { token: 'peer-token-of-tests', namespace: 'default', role: 'peer' } as const;
  const eu = await createServer({ ...shared, regions: ['eu'], tokens: [admin, peer] });
  onTestFinished(() => eu.shutdown());
  const startUs = async (token: string): Promise<ClusterNode> => {
    const peers = [{ name: 'eu', endpoint: eu.url, token }];
    const us = new ClusterNode({ ...shared, regions: ['us', 'ap'], peers });
    await us.start();
    return us;
  };
  const stranger = await startUs('a-token-of-nobody');
  const refusals = (): LogEvent[] =>
    stranger.events.filter(({ event }) => event === 'peer_disconnected');
  await until(() => expect(refusals()).toHaveLength(1));
  expect(refusals()[0]?.['reason']).toContain('unauthenticated');
  const us = await startUs(peer.token);
  await us.untilReady();
  expect(refusals()).toHaveLength(1);
  expect(JSON.stringify(stranger.events)).not.toContain('a-token-of-nobody');
});
