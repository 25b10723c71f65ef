/** What the integration of a platform tells the client: its budget, and who takes a message back. */
import { expect, test } from 'vitest';
import { BOOKMARK, createRead, startClient } from '../test/start-client.js';
import { TIMED_OUT } from '../test/fake-node.js';
import type { FakeNode } from '../test/fake-node.js';
import type { WaitResult } from './index.js';

const lastTimeoutMs = (node: FakeNode): number => node.received('wait').at(-1)?.timeoutMs ?? -1;

test('a wait never outlives the budget around it, whatever its own timeout says', async () => {
  const { node, rv } = await startClient({ timeoutMs: 60_000 });
  const store = rv.store('posts');
  await rv.run(BOOKMARK, async () => {
    await rv.with({ budgetMs: 30_000 }, () => store.read(createRead()));
    expect(lastTimeoutMs(node)).toBeLessThanOrEqual(30_000);
    await rv.with({ budgetMs: 30_000 }, () => rv.wait({ timeoutMs: 40_000 }));
    expect(lastTimeoutMs(node)).toBeLessThanOrEqual(30_000);
    // A budget inside another cannot be longer; without one the policy holds.
    await rv.with({ budgetMs: 30_000 }, () => rv.with({ budgetMs: 50_000 }, () => rv.wait()));
    expect(lastTimeoutMs(node)).toBeLessThanOrEqual(30_000);
    await rv.wait();
    expect(lastTimeoutMs(node)).toBeGreaterThan(30_000);
  });
});

test('whoever takes messages back is told the answer before a read throws for "requeue"', async () => {
  const { node, rv } = await startClient({ onTimeout: 'requeue' });
  node.answers.wait = (_body, reply) => {
    reply(TIMED_OUT);
  };
  const answers: WaitResult[] = [];
  const requeue = (answer: WaitResult): void => void answers.push(answer);
  const read = (): Promise<string> => rv.store('posts').read(createRead());
  await rv.run(BOOKMARK, async () => {
    await expect(rv.with({ requeue }, read)).rejects.toMatchObject({ code: 'wait_timed_out' });
    await expect(read()).rejects.toMatchObject({ code: 'wait_timed_out' });
  });
  expect(answers).toMatchObject([{ status: 'timed_out' }]);
  expect(rv.counters.requeuedReads).toBe(2);
});

test('with "block" a read that would requeue waits for the whole budget; others keep their timeout', async () => {
  const { node, rv } = await startClient({ timeoutMs: 100 });
  const options = { budgetMs: 50_000, requeue: 'block' } as const;
  await rv.run(BOOKMARK, async () => {
    await rv.with({ ...options, onTimeout: 'requeue' }, () => rv.store('posts').read(createRead()));
    expect(lastTimeoutMs(node)).toBeGreaterThan(40_000);
    await rv.with({ ...options, onTimeout: 'requeue' }, () => rv.status());
    expect(lastTimeoutMs(node)).toBe(0);
    await rv.with(options, () => rv.store('posts').read(createRead()));
    expect(lastTimeoutMs(node)).toBeLessThanOrEqual(100);
  });
});

test('several bookmarks are merged; those that are missing add nothing', async () => {
  const { rv } = await startClient();
  const other = BOOKMARK.replace('FAV', 'FAW');
  const merged = rv.run([undefined, BOOKMARK, other], () => rv.current());
  expect(merged).toContain('FAV');
  expect(merged).toContain('FAW');
  expect(rv.run([], () => rv.current())).toBeUndefined();
});

test('a dropped bookmark is counted under the name of its carrier', async () => {
  const { rv } = await startClient();
  const full = {
    get: (): undefined => undefined,
    set: (): never => {
      throw new RangeError('no room');
    },
  };
  rv.extract({ baggage: 'rendezvous=nonsense' });
  expect(rv.inject(full, { bookmark: BOOKMARK, carrierName: 'sns' })).toBe(false);
  expect(rv.counters.bookmarksDroppedBy).toMatchObject({
    baggage: { extract_invalid: 1, inject_dropped: 0 },
    sns: { extract_invalid: 0, inject_dropped: 1 },
  });
});

test('enter() begins a request for what follows, and forgets what an earlier one left', async () => {
  const { node, rv } = await startClient({ timeoutMs: 40_000 });
  const handle = async (bookmark?: string, budgetMs?: number): Promise<string | undefined> => {
    rv.enter(bookmark, { budgetMs });
    await rv.store('posts').read(createRead());
    return rv.current();
  };
  await expect(handle(BOOKMARK, 10_000)).resolves.toBe(BOOKMARK);
  expect(lastTimeoutMs(node)).toBeLessThanOrEqual(10_000);
  await expect(handle(BOOKMARK)).resolves.toBe(BOOKMARK);
  expect(lastTimeoutMs(node)).toBeGreaterThan(10_000);
  await expect(handle()).resolves.toBeUndefined();
});
