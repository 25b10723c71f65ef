import { expect, test } from 'vitest';
import { emptyBookmark, parseBookmark } from '@rendezvous/protocol';
import { WELCOME } from '../test/fake-node.js';
import { BOOKMARK, createRead, createWrite, startClient } from '../test/start-client.js';
import { createRendezvous } from './index.js';

const BID = '01ARZ3NDEKTSV4RRFFQ69G5FAW';

test('a client opens no connection before it needs one', async () => {
  const { node, rv } = await startClient();
  await rv.run(BOOKMARK, () => {
    rv.store('posts');
    rv.inject({});
    return rv.flush();
  });
  await rv.shutdown();
  expect(node.connectionCount).toBe(0);
});

test('mode "off" opens no connection, executes everything and still carries the bookmark', async () => {
  const { node, rv } = await startClient({ mode: 'off' });
  const store = rv.store('posts', { strictWrites: true });
  expect(store.active).toBe(false);
  await rv.run(BOOKMARK, async () => {
    await expect(store.read(createRead())).resolves.toBe('read 1');
    await expect(store.write(createWrite())).resolves.toBe('written');
    await expect(rv.open({ store: 'posts' })).resolves.toMatchObject({ acknowledged: false });
    await expect(rv.wait()).resolves.toMatchObject({
      status: 'unknown',
      pending: [{ reason: 'disabled' }],
    });
    await rv.applied({ store: 'posts', region: 'search', key: 'a' });
    await rv.close({ bid: BID, region: 'us' });
    expect(rv.current()).toBe(BOOKMARK);
  });
  expect(node.connectionCount).toBe(0);
});

test('with({ mode: "off" }) is the bypass of one call', async () => {
  const { node, rv } = await startClient();
  const store = rv.store('posts');
  await rv.run(BOOKMARK, () => rv.with({ mode: 'off' }, () => store.read(createRead())));
  expect(rv.with({ mode: 'off' }, () => store.active)).toBe(false);
  expect(store.active).toBe(true);
  expect(node.connectionCount).toBe(0);
});

test('the nearest of several policies wins: call, store, client, default', async () => {
  const { node, rv } = await startClient({ timeoutMs: 3_000 });
  const lastTimeoutMs = (): number => node.received('wait').at(-1)?.timeoutMs ?? -1;
  const inRange = async (read: () => Promise<unknown>, maxMs: number): Promise<void> => {
    await rv.run(BOOKMARK, read);
    expect(lastTimeoutMs()).toBeLessThanOrEqual(maxMs);
    expect(lastTimeoutMs()).toBeGreaterThan(maxMs - 900);
  };
  const plain = rv.store('posts');
  const patient = rv.store('posts', { timeoutMs: 6_000 });
  await rv.wait({ bookmark: BOOKMARK });
  await inRange(() => plain.read(createRead()), 3_000);
  await inRange(() => patient.read(createRead()), 6_000);
  await inRange(() => rv.with({ timeoutMs: 9_000 }, () => patient.read(createRead())), 9_000);
  const nested = (): Promise<string> =>
    rv.with({ timeoutMs: 9_000 }, () => rv.with({ key: 'a' }, () => patient.read(createRead())));
  await inRange(nested, 9_000);
});

test('the ceiling of the node wins over the call, and only relaxes', async () => {
  const { node, rv } = await startClient({ mode: 'observe' });
  node.answers.hello = (_body, reply) => {
    reply({ ...WELCOME, modeCeiling: 'off' });
  };
  const store = rv.store('posts');
  expect(store.active).toBe(true);
  await rv.wait({ bookmark: BOOKMARK });
  expect(rv.with({ mode: 'enforce' }, () => store.active)).toBe(false);
});

test('runs nest: each begins with the bookmark that it is given', async () => {
  const { rv } = await startClient();
  rv.run(BOOKMARK, () => {
    expect(rv.current()).toBe(BOOKMARK);
    rv.run(undefined, () => {
      expect(rv.current()).toBeUndefined();
    });
    expect(rv.current()).toBe(BOOKMARK);
    rv.run(parseBookmark(BOOKMARK, 'default'), () => {
      expect(rv.current()).toBe(BOOKMARK);
    });
    rv.run(`vendor=1,rendezvous=${BOOKMARK}`, () => {
      expect(rv.current()).toBe(BOOKMARK);
    });
  });
  expect(rv.current()).toBeUndefined();
});

test('run() refuses a bookmark that it cannot read, a header only counts it', async () => {
  const { rv } = await startClient();
  const run = (bookmark: Parameters<typeof rv.run>[0]): unknown =>
    rv.run(bookmark, () => rv.current());
  expect(() => run('nonsense')).toThrow(/bookmark_/);
  expect(() => run(BOOKMARK.replace('default', 'other'))).toThrow(/bookmark_namespace/);
  expect(() => run(emptyBookmark('other'))).toThrow(/bookmark_namespace/);
  expect(run('rendezvous=nonsense')).toBeUndefined();
  expect(rv.counters.bookmarksDropped).toBe(1);
});

test('inject() and extract() carry the bookmark, and drop visibly what they cannot', async () => {
  const { rv, events } = await startClient();
  const carrier = {};
  expect(rv.inject(carrier)).toBe(false);
  expect(rv.counters.bookmarksDropped).toBe(0);
  expect(rv.run(BOOKMARK, () => rv.inject(carrier))).toBe(true);
  expect(rv.extract(carrier)).toBe(BOOKMARK);
  expect(rv.run(BOOKMARK, () => rv.inject(Object.freeze({})))).toBe(false);
  expect(rv.inject({}, { bookmark: 'nonsense' })).toBe(false);
  expect(rv.extract({ baggage: 'rendezvous=9~x' })).toBeUndefined();
  expect(rv.counters.bookmarksDropped).toBe(3);
  expect(events).toContainEqual(expect.objectContaining({ event: 'bookmark_dropped' }));
});

test('open, close, abort and applied say to the node what they were told', async () => {
  const { node, rv } = await startClient();
  await rv.run(undefined, async () => {
    const { bid, acknowledged } = await rv.open({
      store: 'posts',
      keys: ['a'],
      position: 'p1',
      home: 'eu',
    });
    expect(acknowledged).toBe(true);
    await rv.close({ bid, region: 'us', replica: 'us-1' });
    await rv.abort(bid);
    await rv.applied({ store: 'posts', region: 'search', key: 'a' });
    await rv.applied({ store: 'posts', region: 'search', ordered: true });
    expect(node.received('open')).toMatchObject([{ bid, position: 'p1', home: 'eu' }]);
    expect(node.received('close')).toMatchObject([{ bids: [bid], region: 'us', replica: 'us-1' }]);
    expect(node.received('abort')).toMatchObject([{ bid }]);
    const coverage = { positions: [{ sequence: 1 }] };
    expect(node.received('applied')).toMatchObject([
      { coverage, region: 'search', ordered: false },
      { coverage, region: 'search', ordered: true },
    ]);
  });
});

test('bad arguments are refused before anything is sent', async () => {
  const { node, rv } = await startClient();
  const badRequest = { code: 'bad_request' };
  await expect(rv.open({ store: 'No Name' })).rejects.toMatchObject(badRequest);
  await expect(rv.close({ bid: 'x', region: 'us' })).rejects.toMatchObject(badRequest);
  await expect(rv.abort('')).rejects.toMatchObject(badRequest);
  await expect(rv.applied({ store: 'a', region: 'b' })).rejects.toMatchObject(badRequest);
  await expect(rv.wait({ store: '' })).rejects.toMatchObject(badRequest);
  for (const timeoutMs of [-1, Number.NaN, Infinity, 0.5, '5s' as unknown as number]) {
    await expect(rv.wait({ timeoutMs })).rejects.toMatchObject({ code: 'config_invalid' });
  }
  expect(() => rv.with({ key: '' }, () => 0)).toThrow(/bad_request/);
  expect(() => rv.with({ keys: [new Uint8Array(3_073)] }, () => 0)).toThrow(/bad_request/);
  expect(node.connectionCount).toBe(0);
});

test('a wait ends by its signal, and with nothing to wait for at once', async () => {
  const { node, rv } = await startClient();
  await expect(rv.wait()).resolves.toMatchObject({ status: 'consistent', prevented: false });
  expect(node.connectionCount).toBe(0);
  node.answers.wait = () => undefined;
  const abort = new AbortController();
  const waiting = rv.wait({ bookmark: BOOKMARK, signal: abort.signal });
  await node.waitFor('wait', 1);
  abort.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
});

test('status() checks and answers at once', async () => {
  const { node, rv } = await startClient();
  await rv.wait({ bookmark: BOOKMARK });
  await expect(rv.run(BOOKMARK, () => rv.status({ store: 'posts' }))).resolves.toEqual({
    status: 'consistent',
    position: '',
    prevented: false,
    waitedMs: 0,
    closedAgoMs: 4_000_000,
    pending: [],
  });
  expect(node.received('wait').at(-1)).toMatchObject({ store: 'posts', timeoutMs: 0 });
});

test('a client needs a region and a node, unless it is off', () => {
  expect(() => createRendezvous({ nodes: 'ws://127.0.0.1:1' })).toThrow(/"region".*REGION/);
  expect(() => createRendezvous({ region: 'us' })).toThrow(/"nodes".*NODES/);
  expect(createRendezvous({ mode: 'off' }).current()).toBeUndefined();
});
