import { expect, test } from 'vitest';
import { parseBookmark } from '@rendezvous/protocol';
import type { Bookmark, WriteOutcome } from '@rendezvous/protocol';
import { JOURNAL } from '../test/fake-node.js';
import type { Reply } from '../test/fake-node.js';
import { BOOKMARK, createWrite, startClient } from '../test/start-client.js';
import type { Rendezvous } from './index.js';

function currentBookmark(rv: Rendezvous): Bookmark | undefined {
  const text = rv.current();
  return text === undefined ? undefined : parseBookmark(text, 'default');
}

test('a write opens a branch with its position and keys, and the context covers it', async () => {
  const { node, rv } = await startClient();
  const store = rv.store('posts');
  await rv.run(undefined, async () => {
    expect(rv.current()).toBeUndefined();
    await expect(rv.with({ key: 'a' }, () => store.write(createWrite()))).resolves.toBe('written');
    const bookmark = currentBookmark(rv);
    expect(bookmark?.positions).toEqual(new Map([[JOURNAL, 1]]));
    const [open] = node.received('open');
    expect(open).toMatchObject({
      store: 'posts',
      home: '',
      position: '1/2',
      rid: bookmark?.rids[0],
    });
    expect(open?.keys.map((key) => [...key])).toEqual([[97]]);
  });
});

test('parallel branches of a request add up in one bookmark under one rid', async () => {
  const { node, rv } = await startClient();
  const store = rv.store('posts');
  await rv.run(undefined, async () => {
    await Promise.all(Array.from({ length: 5 }, () => store.write(createWrite())));
    const bookmark = currentBookmark(rv);
    expect(bookmark?.rids).toHaveLength(1);
    expect(bookmark?.positions).toEqual(new Map([[JOURNAL, 5]]));
  });
  expect(new Set(node.received('open').map(({ bid }) => bid)).size).toBe(5);
});

test('what was not written opens nothing, and a failed write keeps its error', async () => {
  const { node, rv } = await startClient();
  const store = rv.store('posts');
  const failure = new Error('duplicate key');
  const nothing: WriteOutcome<string> = { result: 'nothing', wrote: false };
  await rv.run(undefined, async () => {
    await store.write(createWrite({ execute: () => Promise.resolve(nothing) }));
    const failing = store.write(createWrite({ execute: () => Promise.reject(failure) }));
    await expect(failing).rejects.toBe(failure);
    expect(rv.current()).toBeUndefined();
  });
  expect(node.connectionCount).toBe(0);
});

test('a write outside any run opens nothing and is counted', async () => {
  const { node, rv } = await startClient();
  await expect(rv.store('posts').write(createWrite())).resolves.toBe('written');
  expect(rv.counters.writesOutsideRun).toBe(1);
  expect(node.connectionCount).toBe(0);
});

test('an open that is not acknowledged in time makes the bookmark incomplete until it is', async () => {
  const { node, rv } = await startClient({ openTimeoutMs: 20 });
  let acknowledge: Reply = () => undefined;
  node.answers.open = (_body, reply) => {
    acknowledge = reply;
  };
  await rv.run(undefined, async () => {
    await expect(rv.store('posts').write(createWrite())).resolves.toBe('written');
    expect(currentBookmark(rv)).toMatchObject({ incomplete: ['posts'] });
    await expect(rv.status({ store: 'posts' })).resolves.toMatchObject({
      status: 'unknown',
      pending: [{ store: 'posts', reason: 'bookmark_incomplete' }],
    });
    expect(rv.counters.opensUnacknowledged).toBe(1);
    await node.waitFor('open', 1);
    acknowledge({ kind: 'opened', journal: JOURNAL, sequence: 9 });
    await expect(rv.flush()).resolves.toBe(true);
    const bookmark = currentBookmark(rv);
    expect(bookmark).toMatchObject({ incomplete: [] });
    expect(bookmark?.positions).toEqual(new Map([[JOURNAL, 9]]));
  });
});

test('an open is retried by its bid after a failure that may pass', async () => {
  const { node, rv } = await startClient();
  const answer = node.answers.open;
  node.answers.open = (_body, reply) => {
    node.answers.open = answer;
    reply({ kind: 'failure', code: 'journal_failed', message: 'try again', retryable: true });
  };
  await rv.run(undefined, () => rv.store('posts').write(createWrite()));
  const opens = node.received('open');
  expect(opens).toHaveLength(2);
  expect(opens[0]?.bid).toBe(opens[1]?.bid);
  expect(rv.counters).toMatchObject({ opens: 1, opensUnacknowledged: 0 });
});

test('an open that the node refuses leaves the bookmark incomplete, and the write unharmed', async () => {
  const { node, rv } = await startClient();
  node.answers.open = (_body, reply) => {
    reply({ kind: 'failure', code: 'permission_denied', message: 'no', retryable: false });
  };
  await rv.run(undefined, async () => {
    await expect(rv.store('posts').write(createWrite())).resolves.toBe('written');
    expect(currentBookmark(rv)).toMatchObject({ incomplete: ['posts'] });
  });
  expect(rv.counters).toMatchObject({ opensUnacknowledged: 1, opensGivenUp: 1 });
});

test('without a node the write returns, and the bookmark is incomplete', async () => {
  const { node, rv } = await startClient({ openTimeoutMs: 20 });
  await node.shutdown();
  await rv.run(undefined, async () => {
    await expect(rv.store('posts').write(createWrite())).resolves.toBe('written');
    expect(currentBookmark(rv)).toMatchObject({ incomplete: ['posts'], rids: [] });
    await expect(rv.flush({ timeoutMs: 1 })).resolves.toBe(false);
  });
});

test('strict: the branch with the position replaces the one that was opened first', async () => {
  const { node, rv } = await startClient();
  const store = rv.store('posts', { strictWrites: true });
  const write = createWrite({
    execute: () => {
      expect(node.received('open')).toHaveLength(1);
      return Promise.resolve({ result: 'written', wrote: true, position: '1/2' });
    },
  });
  await rv.run(undefined, async () => {
    await expect(store.write(write)).resolves.toBe('written');
    expect(currentBookmark(rv)?.positions).toEqual(new Map([[JOURNAL, 2]]));
  });
  await rv.flush();
  const [first, second] = node.received('open');
  expect([first?.position, second?.position]).toEqual(['', '1/2']);
  expect(node.received('abort')).toEqual([{ kind: 'abort', bid: first?.bid }]);
});

test('strict: without an acknowledged branch nothing is written', async () => {
  const { node, rv } = await startClient({ openTimeoutMs: 20 });
  await rv.wait({ bookmark: BOOKMARK });
  node.answers.open = () => undefined;
  const store = rv.store('posts', { strictWrites: true });
  let executed = false;
  const write = createWrite({
    execute: () => {
      executed = true;
      return Promise.resolve({ result: '', wrote: true });
    },
  });
  const refused = rv.run(undefined, () => store.write(write));
  await expect(refused).rejects.toMatchObject({ code: 'open_refused' });
  expect(executed).toBe(false);
  await node.waitFor('abort', 1);
  expect(node.received('abort')[0]?.bid).toBe(node.received('open')[0]?.bid);
});

test('strict: a write that failed or wrote nothing aborts its branch', async () => {
  const { node, rv } = await startClient();
  const store = rv.store('posts', { strictWrites: true });
  const nothing: WriteOutcome<string> = { result: 'nothing', wrote: false };
  await rv.run(undefined, async () => {
    await store.write(createWrite({ execute: () => Promise.resolve(nothing) }));
    const failing = createWrite({ execute: () => Promise.reject(new Error('no')) });
    await expect(store.write(failing)).rejects.toThrow('no');
    await rv.flush();
    expect(rv.current()).toBeUndefined();
  });
  expect(node.received('abort').map(({ bid }) => bid)).toEqual(
    node.received('open').map(({ bid }) => bid),
  );
});

test('strict: without the second open the bookmark covers the first and is incomplete', async () => {
  const { node, rv } = await startClient({ openTimeoutMs: 400 });
  let acknowledge: Reply = () => undefined;
  node.answers.open = (body, reply) => {
    if (body.position === '') reply({ kind: 'opened', journal: JOURNAL, sequence: 1 });
    else acknowledge = reply;
  };
  const store = rv.store('posts', { strictWrites: true });
  await rv.run(undefined, async () => {
    await expect(store.write(createWrite())).resolves.toBe('written');
    const bookmark = currentBookmark(rv);
    expect(bookmark).toMatchObject({ incomplete: ['posts'] });
    expect(bookmark?.positions).toEqual(new Map([[JOURNAL, 1]]));
    expect(node.received('abort')).toEqual([]);
    acknowledge({ kind: 'opened', journal: JOURNAL, sequence: 2 });
    await node.waitFor('abort', 1);
    expect(currentBookmark(rv)).toMatchObject({ incomplete: [] });
  });
});
