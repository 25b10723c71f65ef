import { parseBookmark } from '@rendezvous/protocol';
import type { Bookmark } from '@rendezvous/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { CONSISTENT, JOURNAL, TIMED_OUT, startFakeNode } from '../test/fake-node.js';
import { BOOKMARK, createRead, createWrite, startClient } from '../test/start-client.js';
import type { Rendezvous } from './index.js';

function parseCurrent(rv: Rendezvous): Bookmark {
  return parseBookmark(rv.current() ?? '', 'default');
}

test('a wait that loses its connection is sent again with the time that is left', async () => {
  const { node, rv } = await startClient();
  node.answers.wait = () => {
    node.answers.wait = (_body, reply) => {
      reply(CONSISTENT);
    };
    node.cut();
  };
  const answer = await rv.wait({ bookmark: BOOKMARK, timeoutMs: 9_000 });
  expect(answer.status).toBe('consistent');
  const [first, second] = node.received('wait').map(({ timeoutMs }) => timeoutMs);
  expect(second).toBeLessThan(first ?? 0);
  expect(rv.counters.connects).toBe(2);
});

test('an open that loses its connection is sent again under the same bid', async () => {
  const { node, rv } = await startClient();
  const answer = node.answers.open;
  node.answers.open = () => {
    node.answers.open = answer;
    node.cut();
  };
  await rv.run(undefined, () => rv.store('posts').write(createWrite()));
  const bids = node.received('open').map(({ bid }) => bid);
  expect(bids).toHaveLength(2);
  expect(new Set(bids).size).toBe(1);
  expect(rv.counters.opensUnacknowledged).toBe(0);
});

test('rule 18: of an open that two nodes may have, the bookmark covers the copy that was acknowledged', async () => {
  const [first, second] = [await startFakeNode(), await startFakeNode()];
  onTestFinished(() => second.shutdown());
  const { rv } = await startClient({ nodes: [first.url, second.url], openTimeoutMs: 0 });
  // It may have journalled the open, and never says so.
  first.answers.open = () => undefined;
  let acknowledge = (): void => undefined;
  second.answers.open = (_body, reply) => {
    acknowledge = () => {
      reply({ kind: 'opened', journal: 'B'.repeat(JOURNAL.length), sequence: 5 });
    };
  };
  await rv.run(undefined, async () => {
    await rv.store('posts').write(createWrite());
    await first.waitFor('open', 1);
    await first.shutdown();
    await second.waitFor('open', 1);
    expect(parseCurrent(rv)).toMatchObject({ incomplete: ['posts'], positions: new Map() });
    acknowledge();
    await rv.flush();
    expect(parseCurrent(rv)).toMatchObject({
      incomplete: [],
      positions: new Map([['B'.repeat(JOURNAL.length), 5]]),
    });
  });
  expect(second.received('open')).toEqual(first.received('open'));
});

test('the endpoints are tried in order, and the next one takes over', async () => {
  const first = await startFakeNode();
  const second = await startFakeNode();
  onTestFinished(() => second.shutdown());
  const { rv } = await startClient({ nodes: [first.url, second.url] });
  await rv.wait({ bookmark: BOOKMARK });
  expect([first.connectionCount, second.connectionCount]).toEqual([1, 0]);
  await first.shutdown();
  const answer = await rv.wait({ bookmark: BOOKMARK });
  expect(answer.status).toBe('consistent');
  expect(second.connectionCount).toBe(1);
});

test('a node that comes back is found, and waits that were held go on', async () => {
  const gone = await startFakeNode();
  await gone.shutdown();
  const { rv } = await startClient({ nodes: gone.url });
  const waiting = rv.wait({ bookmark: BOOKMARK, timeoutMs: 9_000 });
  const back = await startFakeNode(gone.port);
  onTestFinished(() => back.shutdown());
  await expect(waiting).resolves.toMatchObject({ status: 'consistent' });
});

test('once a node is away, waits answer unknown at once and opens are not waited for', async () => {
  const { node, rv } = await startClient({ timeoutMs: 60_000, openTimeoutMs: 60_000 });
  await node.shutdown();
  const unreachable = { status: 'unknown', pending: [{ reason: 'unreachable' }] };
  await expect(rv.wait({ bookmark: BOOKMARK })).resolves.toMatchObject(unreachable);
  await expect(rv.wait({ bookmark: BOOKMARK })).resolves.toMatchObject(unreachable);
  await rv.run(undefined, async () => {
    await rv.store('posts').write(createWrite());
    expect(rv.current()).toContain('posts');
  });
});

test('a node that refuses us is not waited for', async () => {
  const { node, rv } = await startClient({ timeoutMs: 60_000 });
  node.answers.hello = (_body, reply) => {
    reply({ kind: 'failure', code: 'unauthenticated', message: 'no', retryable: false });
  };
  await expect(rv.wait({ bookmark: BOOKMARK })).resolves.toMatchObject({
    status: 'unknown',
    pending: [{ reason: 'unauthenticated' }],
  });
});

test('shutdown() ends waits as unknown, opens no connection again, and may be repeated', async () => {
  const { node, rv } = await startClient();
  node.answers.wait = () => undefined;
  const waiting = rv.wait({ bookmark: BOOKMARK });
  await node.waitFor('wait', 1);
  await rv.shutdown();
  await rv.shutdown();
  await expect(waiting).resolves.toMatchObject({ status: 'unknown' });
  const store = rv.store('posts');
  await expect(rv.run(BOOKMARK, () => store.read(createRead()))).resolves.toBe('read 1');
  await rv.run(undefined, () => store.write(createWrite()));
  expect(node.connectionCount).toBe(1);
});

test('a timed out wait says what it waited for', async () => {
  const { node, rv } = await startClient();
  node.answers.wait = (_body, reply) => {
    reply(TIMED_OUT);
  };
  const read = rv.run(BOOKMARK, () => rv.store('posts').read(createRead()));
  await expect(read).rejects.toThrow(/posts: open for 12 ms/);
});
