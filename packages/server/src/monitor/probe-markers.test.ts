// Replicas of a store with markers, watched inside a node, without sockets: the fake store moves and
// fails as the test says.
import { describe, expect, test, vi } from 'vitest';
import { mintUlid } from '../../test/operations.js';
import {
  CONSISTENT,
  countOf,
  OPEN,
  ProbedNode,
  REPLICAS,
  startProbedNode,
} from '../../test/probed-node.js';
import { until } from '../../test/until.js';

vi.setConfig({ testTimeout: 20_000 });

const NO_TRACE = { status: 'unknown', pending: [{ reason: 'no_trace' }] };

describe('rule 14: a branch with a marker closes', () => {
  test('when the replica shows it, not before', async () => {
    const node = await startProbedNode();
    const written = await node.write();
    await node.untilProbed();
    expect(await node.wait(written, 0)).toMatchObject(OPEN);
    const blocked = node.wait(written, 10_000);
    node.store.replicate();
    expect(await blocked).toMatchObject({ ...CONSISTENT, prevented: true });
  });

  test('when the replica shows what the primary carries by then, if it was overwritten', async () => {
    const node = await startProbedNode();
    const first = await node.write();
    await node.untilProbed();
    const second = await node.write();
    await node.untilProbed();
    expect(await node.wait(first, 0)).toMatchObject(OPEN);
    const blocked = node.wait(first, 10_000);
    node.store.replicate();
    expect(await blocked).toMatchObject(CONSISTENT);
    expect(await node.wait(second, 10_000)).toMatchObject(CONSISTENT);
  });

  test('when a writer that nobody knows overwrote it, and the replica shows that', async () => {
    const node = await startProbedNode();
    const written = await node.write();
    node.store.primary.set('a', 'foreign');
    node.store.replicate();
    expect(await node.wait(written, 10_000)).toMatchObject(CONSISTENT);
  });

  test('not by a foreign marker, however new, that the primary does not carry', async () => {
    const node = await startProbedNode();
    node.us.set('a', mintUlid());
    const written = await node.write();
    node.us.set('a', mintUlid());
    await until(() => expect(node.store.primary.lookupCount).toBeGreaterThan(1));
    await node.untilProbed();
    expect(await node.wait(written, 0)).toMatchObject(OPEN);
  });

  test('not by a target that was read before the write was acknowledged', async () => {
    const node = await startProbedNode();
    node.store.primary.set('a', 'old');
    node.store.replicate();
    const pending = await node.open({ leaseMs: 600_000 });
    await node.untilProbed();
    expect(await node.wait(pending, 0)).toMatchObject(OPEN);
    expect(node.store.primary.connectCount).toBe(0);
    node.store.primary.set('a', pending.open.bid);
    node.store.replicate();
    expect(await node.wait(pending, 10_000)).toMatchObject(CONSISTENT);
  });

  test('once every one of its keys shows it', async () => {
    const node = await startProbedNode();
    const keys = ['a', 'b', 'c'];
    const written = await node.write('a', { keys: keys.map((key) => Buffer.from(key)) });
    for (const key of keys) node.store.primary.set(key, written.open.bid);
    node.us.copy({ source: node.store.primary, keys: ['a', 'c'] });
    await node.untilProbed();
    expect(await node.wait(written, 0)).toMatchObject(OPEN);
    node.store.replicate();
    expect(await node.wait(written, 10_000)).toMatchObject(CONSISTENT);
  });

  test('rule 15: by the marker of another branch that it stands for', async () => {
    const node = await startProbedNode();
    const first = await node.write('a', { leaseMs: 1 });
    const second = await node.open({ marker: first.open.bid });
    node.store.replicate();
    expect(await node.wait(second, 10_000)).toMatchObject(CONSISTENT);
  });
});

describe('rule 14: nothing is proven', () => {
  test('by a key that is absent: a deletion answers unknown', async () => {
    const node = await startProbedNode();
    node.store.primary.set('a', 'before');
    node.store.replicate();
    const deleted = await node.open();
    node.store.primary.set('a', '');
    node.store.replicate();
    expect(await node.wait(deleted, 10_000)).toMatchObject(NO_TRACE);
  });

  test('but a store that names deletions closes them', async () => {
    const node = await startProbedNode();
    const deleted = await node.open();
    node.store.primary.set('a', 'delete-marker-7');
    await node.untilProbed();
    expect(await node.wait(deleted, 0)).toMatchObject(OPEN);
    node.store.replicate();
    expect(await node.wait(deleted, 10_000)).toMatchObject(CONSISTENT);
  });

  test('of a write without a trace, until one shows after all', async () => {
    const node = await startProbedNode();
    const lost = await node.open();
    expect(await node.wait(lost, 10_000)).toMatchObject(NO_TRACE);
    node.store.primary.set('a', lost.open.bid);
    node.store.replicate();
    await until(async () => expect(await node.wait(lost, 0)).toMatchObject(CONSISTENT));
  });

  test('rule 15: while the write may be under way', async () => {
    const node = await startProbedNode();
    const pending = await node.open({ leaseMs: 600_000 });
    await node.untilProbed();
    await node.untilProbed();
    expect(await node.wait(pending, 0)).toMatchObject(OPEN);
  });
});

test('rule 9: a region has a branch once each of its replicas shows it', async () => {
  const node = await startProbedNode(REPLICAS.us);
  const written = await node.write();
  node.us.copy({ source: node.store.primary });
  await until(() => expect(node.store.replica('us-two').questionCount).toBeGreaterThan(3));
  expect(await node.wait(written, 0)).toMatchObject(OPEN);
  node.store.replicate();
  expect(await node.wait(written, 10_000)).toMatchObject(CONSISTENT);
});

test('rule 13: a monitor that starts anew is told of every open branch', async () => {
  const node = new ProbedNode();
  const stop = node.watch();
  await node.untilWatched();
  const written = await Promise.all(['a', 'b', 'c'].map((key) => node.write(key)));
  await node.untilProbed();
  await stop();
  expect((await node.status()).replicas).toMatchObject([{ monitored: false }]);
  node.store.replicate();
  node.watch();
  for (const one of written) expect(await node.wait(one, 10_000)).toMatchObject(CONSISTENT);
});

test('what others settled is forgotten, without a moment in which nobody watches', async () => {
  const node = new ProbedNode();
  node.watch({ reattachIntervalMs: 1 });
  await node.untilWatched();
  const [aborted, open] = [await node.write('a'), await node.write('b')];
  const waiting = node.wait(open, 10_000);
  await node.untilProbed();
  await node.abort(aborted.open.bid);
  await until(async () => {
    const before = node.us.questionCount;
    // Both are looked up at once, if they are known.
    node.us.hint('a', 'b');
    await until(() => expect(node.us.questionCount).toBeGreaterThan(before));
    expect(node.us.asked[before]).toEqual(['b']);
  });
  expect(countOf(node.events, 'monitor_detached')).toBe(0);
  node.store.replicate();
  expect(await waiting).toMatchObject(CONSISTENT);
});

test('a hint is looked into at once, however long the branch has been open', async () => {
  const node = await startProbedNode();
  const written = await node.write();
  for (let round = 0; round < 5; round++) await node.untilProbed();
  const before = node.us.questionCount;
  node.us.hint('a', 'b');
  await until(() => expect(node.us.questionCount).toBeGreaterThan(before));
  node.store.replicate();
  node.us.hint('a');
  expect(await node.wait(written, 10_000)).toMatchObject(CONSISTENT);
});

test('rule 21: a replica whose connection breaks is let go of at once', async () => {
  const node = await startProbedNode();
  node.us.breakConnections();
  await until(() => expect(countOf(node.events, 'monitor_detached')).toBe(1));
  await node.untilWatched();
  expect(node.us.connectionCount).toBe(1);
});

test('a replica that fails or hangs is given up, and no branch is dropped', async () => {
  const node = new ProbedNode();
  node.watch({ answerTimeoutMs: 200 });
  await node.untilWatched();
  for (const fault of ['isDown', 'isHung'] as const) {
    const written = await node.write(fault);
    node.us[fault] = true;
    const before = countOf(node.events, 'monitor_detached');
    await until(() => expect(countOf(node.events, 'monitor_detached')).toBeGreaterThan(before));
    expect(await node.wait(written, 0)).toMatchObject({ status: 'timed_out' });
    node.us[fault] = false;
    node.store.replicate();
    expect(await node.wait(written, 10_000)).toMatchObject(CONSISTENT);
  }
});

test('a primary that is away stops targets only, and is read when it is back', async () => {
  const node = await startProbedNode();
  node.store.primary.isDown = true;
  const overwritten = await node.write('a');
  node.store.primary.set('a', 'foreign');
  node.store.replicate();
  await until(() => expect(countOf(node.events, 'targets_unread')).toBe(1));
  const plain = await node.write('b');
  node.store.replicate();
  expect(await node.wait(plain, 10_000)).toMatchObject(CONSISTENT);
  expect(await node.wait(overwritten, 0)).toMatchObject(OPEN);
  expect(countOf(node.events, 'monitor_detached')).toBe(0);
  node.store.primary.isDown = false;
  expect(await node.wait(overwritten, 10_000)).toMatchObject(CONSISTENT);
});

test('a hanging store does not hold up the shutdown, and its connections are closed', async () => {
  const node = new ProbedNode();
  const stop = node.watch();
  await node.untilWatched();
  node.us.isHung = true;
  node.store.primary.isHung = true;
  await node.write();
  await until(() => expect(node.us.questionCount).toBeGreaterThan(0));
  await stop();
  expect([node.us.connectionCount, node.store.primary.connectionCount]).toEqual([0, 0]);
});

test('the lookups of 1,000 open branches stay within their budget, in batches', async () => {
  const node = await startProbedNode();
  const keys = Array.from({ length: 1_000 }, (_, index) => `key-${String(index)}`);
  const written = await Promise.all(keys.map((key) => node.write(key)));
  await node.untilProbed();
  expect((await node.status()).regions).toMatchObject([{ branchesOpen: 1_000 }]);
  node.store.replicate();
  for (const one of written) expect(await node.wait(one, 10_000)).toMatchObject(CONSISTENT);
  const scoutCount = 2 * node.us.questionCount;
  expect(node.us.lookupCount).toBeLessThanOrEqual(1_000 * 1.1 + 64 + scoutCount);
  expect(Math.max(...node.us.asked.map((keys) => keys.length))).toBeGreaterThan(50);
});
