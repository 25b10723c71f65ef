import { expect, test } from 'vitest';
import { emptyBookmark } from '@rendezvous/protocol';
import type { WaitAnswer, WaitStatus } from '@rendezvous/protocol';
import { CONSISTENT, TIMED_OUT, UNKNOWN, WELCOME } from '../test/fake-node.js';
import { BOOKMARK, createRead, startClient } from '../test/start-client.js';
import type { FallbackAction } from './policy.js';

/** What a speculative read ends with: how often it was issued, the origin, or an error's code. */
const OUTCOMES: Record<FallbackAction, Record<WaitStatus | 'unreachable', string>> = {
  throw: {
    consistent: 'read 1',
    timed_out: 'wait_timed_out',
    unknown: 'consistency_unknown',
    unreachable: 'unavailable',
  },
  proceed: {
    consistent: 'read 1',
    timed_out: 'read 2',
    unknown: 'read 1',
    unreachable: 'read 1',
  },
  origin: {
    consistent: 'read 1',
    timed_out: 'from the origin',
    unknown: 'from the origin',
    unreachable: 'from the origin',
  },
  requeue: {
    consistent: 'read 1',
    timed_out: 'wait_timed_out',
    unknown: 'consistency_unknown',
    unreachable: 'unavailable',
  },
};

const ANSWERS: Record<WaitStatus | 'unreachable', WaitAnswer | undefined> = {
  consistent: CONSISTENT,
  timed_out: TIMED_OUT,
  unknown: UNKNOWN,
  unreachable: undefined,
};

const cells = Object.entries(OUTCOMES).flatMap(([action, outcomes]) =>
  Object.entries(outcomes).map(([status, outcome]) => ({ action, status, outcome })),
);

test.each(cells)('with "$action", $status ends in: $outcome', async (cell) => {
  const answer = ANSWERS[cell.status as WaitStatus];
  const { node, rv } = await startClient({ timeoutMs: answer ? 5_000 : 0 });
  node.answers.wait = (_body, reply) => {
    if (answer) reply(answer);
  };
  const action = cell.action as FallbackAction;
  const store = rv.store('posts', { onTimeout: action, onUnavailable: action, origin: {} });
  const result = await rv
    .run(BOOKMARK, () => store.read(createRead()))
    .catch((error: unknown) => (error as { code: string }).code);
  expect(result).toBe(cell.outcome);
});

test('rule 23: an early read counts only if the last close was longer ago than the read', async () => {
  const { node, rv } = await startClient();
  const store = rv.store('posts');
  node.answers.wait = (_body, reply) => {
    reply({ ...CONSISTENT, closedAgoMs: 0 });
  };
  await expect(rv.run(BOOKMARK, () => store.read(createRead()))).resolves.toBe('read 2');
  node.answers.wait = (_body, reply) => {
    reply({ ...CONSISTENT, closedAgoMs: 60_000 });
  };
  await expect(rv.run(BOOKMARK, () => store.read(createRead()))).resolves.toBe('read 1');
  expect(rv.counters).toMatchObject({ speculationsAccepted: 1, speculationsRepeated: 1 });
});

test('rule 23: one millisecond ago is not before a read that was issued in this millisecond', async () => {
  const { node, rv } = await startClient();
  node.answers.wait = (_body, reply) => {
    reply({ ...CONSISTENT, closedAgoMs: 1 });
  };
  const store = rv.store('posts');
  await expect(rv.run(BOOKMARK, () => store.read(createRead()))).resolves.toBe('read 2');
});

test('a speculative read is issued in the turn of its wait, before any answer', async () => {
  const { node, rv } = await startClient();
  await rv.run(BOOKMARK, () => rv.wait());
  let issued = false;
  const read = createRead({
    execute: () => {
      issued = true;
      return Promise.resolve('early');
    },
  });
  const result = rv.run(BOOKMARK, () => rv.store('posts').read(read));
  expect(issued).toBe(true);
  await expect(result).resolves.toBe('early');
  expect(node.received('wait')).toHaveLength(2);
});

test('where early reads are mostly in vain, reads wait first and are issued once', async () => {
  const { node, rv } = await startClient();
  const store = rv.store('posts');
  const readWith = (closedAgoMs: number): Promise<unknown> => {
    node.answers.wait = (_body, reply) => {
      reply({ ...CONSISTENT, closedAgoMs });
    };
    return rv.run(BOOKMARK, () => store.read(createRead()));
  };
  for (let index = 0; index < 6; index++) expect(await readWith(0)).toBe('read 2');
  expect(await readWith(0)).toBe('read 1');
  // The answers show that early reads would count again.
  for (let index = 0; index < 6; index++) expect(await readWith(60_000)).toBe('read 1');
  expect(rv.counters).toMatchObject({ speculationsAccepted: 4, speculationsRepeated: 6 });
});

test('the error of an accepted early read is the result; that of a discarded one is discarded', async () => {
  const { node, rv } = await startClient();
  const store = rv.store('posts');
  const failOnce = (): ReturnType<typeof createRead> => {
    let count = 0;
    return createRead({
      execute: () =>
        ++count === 1 ? Promise.reject(new Error('not yet there')) : Promise.resolve('there'),
    });
  };
  await expect(rv.run(BOOKMARK, () => store.read(failOnce()))).rejects.toThrow('not yet there');
  node.answers.wait = (_body, reply) => {
    reply({ ...CONSISTENT, closedAgoMs: 0 });
  };
  await expect(rv.run(BOOKMARK, () => store.read(failOnce()))).resolves.toBe('there');
});

test.each([
  { name: 'a read that is not repeatable', read: { repeatable: false }, options: {} },
  { name: 'a read without speculation', read: {}, options: { speculate: false } },
])('$name waits before it is issued', async ({ read, options }) => {
  const { node, rv } = await startClient();
  let answered = false;
  node.answers.wait = (_body, reply) => {
    answered = true;
    reply(CONSISTENT);
  };
  const operation = createRead({ ...read, execute: () => Promise.resolve(String(answered)) });
  const store = rv.store('posts', options);
  await expect(rv.run(BOOKMARK, () => store.read(operation))).resolves.toBe('true');
});

test('reads with nothing to wait for make no call', async () => {
  const { node, rv } = await startClient();
  const store = rv.store('posts');
  const fromPrimary = createRead({ fromPrimary: true });
  await rv.run(BOOKMARK, () => store.read(fromPrimary));
  await rv.run(undefined, () => store.read(createRead()));
  await store.read(createRead());
  expect(rv.counters.missing).toBe(2);
  expect(rv.run(undefined, () => store.passRead())).toBe(true);
  expect(rv.run(emptyBookmark('default'), () => store.passRead())).toBe(true);
  expect(rv.run(BOOKMARK, () => store.passRead())).toBe(false);
  expect(rv.run(BOOKMARK, () => rv.with({ mode: 'off' }, () => store.passRead()))).toBe(true);
  expect(rv.counters.missing).toBe(3);
  expect(node.connectionCount).toBe(0);
});

test('onMissing "throw" refuses a read without a bookmark, and only that', async () => {
  const { rv } = await startClient({ onMissing: 'throw' });
  const store = rv.store('posts');
  await expect(store.read(createRead())).rejects.toMatchObject({ code: 'bookmark_missing' });
  await expect(rv.run(undefined, () => store.read(createRead()))).rejects.toMatchObject({
    code: 'bookmark_missing',
  });
  await expect(rv.run(BOOKMARK, () => store.read(createRead()))).resolves.toBe('read 1');
  const fromPrimary = createRead({ fromPrimary: true });
  await expect(store.read(fromPrimary)).resolves.toBe('read 1');
  expect(rv.run(undefined, () => store.passRead())).toBe(false);
  expect(rv.with({ mode: 'observe' }, () => store.passRead())).toBe(true);
});

test('a wait names the store, the region, the keys and its deadline', async () => {
  const { node, rv } = await startClient();
  const store = rv.store('posts', { region: 'us-replica', timeoutMs: 300 });
  const own = createRead({ keys: [new Uint8Array([1])] });
  await rv.run(BOOKMARK, () => store.read(createRead()));
  await rv.run(BOOKMARK, () => rv.with({ key: 'ab' }, () => store.read(createRead())));
  await rv.run(BOOKMARK, () => rv.with({ key: 'ab' }, () => store.read(own)));
  const tooLong = createRead({ keys: [new Uint8Array(4_000)] });
  await rv.run(BOOKMARK, () => store.read(tooLong));
  const waits = node.received('wait');
  expect(waits.map(({ keys }) => keys.map((key) => [...key]))).toEqual([[], [[97, 98]], [[1]], []]);
  expect(waits[0]).toMatchObject({ store: 'posts', region: 'us-replica' });
  expect(waits.every(({ timeoutMs }) => timeoutMs <= 300)).toBe(true);
});

test('observe never blocks a read and counts what would have been stale', async () => {
  const { node, rv } = await startClient({ mode: 'observe' });
  const store = rv.store('posts');
  const answers = [TIMED_OUT, UNKNOWN, CONSISTENT];
  const replies: (() => void)[] = [];
  node.answers.wait = (_body, reply) => {
    const answer = answers[replies.length] ?? CONSISTENT;
    replies.push(() => {
      reply(answer);
    });
  };
  for (const _answer of answers) {
    await expect(rv.run(BOOKMARK, () => store.read(createRead()))).resolves.toBe('read 1');
  }
  await node.waitFor('wait', 3);
  expect(node.received('wait').map(({ timeoutMs }) => timeoutMs)).toEqual([0, 0, 0]);
  for (const reply of replies) reply();
  await expect
    .poll(() => rv.counters)
    .toMatchObject({ observed: 3, observedStale: 1, observedUnknown: 1 });
});

test('observe ignores onMissing and a node that is not there', async () => {
  const { node, rv } = await startClient({ mode: 'observe', onMissing: 'throw' });
  await node.shutdown();
  const store = rv.store('posts', { onUnavailable: 'throw' });
  await expect(store.read(createRead())).resolves.toBe('read 1');
  await expect(rv.run(BOOKMARK, () => store.read(createRead()))).resolves.toBe('read 1');
});

test('a node that lowers the ceiling turns the first wait into a check', async () => {
  const { node, rv } = await startClient();
  node.answers.hello = (_body, reply) => {
    reply({ ...WELCOME, modeCeiling: 'observe' });
  };
  node.answers.wait = (body, reply) => {
    if (body.timeoutMs === 0) reply(TIMED_OUT);
  };
  const store = rv.store('posts');
  await expect(rv.run(BOOKMARK, () => store.read(createRead()))).resolves.toBe('read 1');
  expect(rv.counters.observedStale).toBe(1);
});

test('a bookmark that is incomplete for the store is unknown without a call', async () => {
  const { node, rv } = await startClient({ onUnavailable: 'throw' });
  const incomplete = '1~default~~~posts';
  const read = rv.run(incomplete, () => rv.store('posts').read(createRead()));
  await expect(read).rejects.toMatchObject({ code: 'consistency_unknown' });
  expect(node.connectionCount).toBe(0);
  await rv.run(incomplete, () => rv.store('other').read(createRead()));
  expect(node.received('wait')).toHaveLength(1);
});

test('no read outlives its deadline when the node never answers', async () => {
  const { node, rv, events } = await startClient({ timeoutMs: 20, onTimeout: 'throw' });
  node.answers.wait = () => undefined;
  const store = rv.store('posts');
  await expect(rv.run(BOOKMARK, () => store.read(createRead()))).resolves.toBe('read 1');
  await expect(rv.run(BOOKMARK, () => store.read(createRead()))).resolves.toBe('read 1');
  expect(rv.counters).toMatchObject({ unavailable: 2, waits: { unknown: 2 } });
  expect(events.filter(({ event }) => event === 'consistency_unknown')).toHaveLength(1);
});

test('the policy "origin" needs an origin, at the latest when it is used', async () => {
  const { node, rv } = await startClient();
  node.answers.wait = (_body, reply) => {
    reply(TIMED_OUT);
  };
  expect(() => rv.store('posts', { onTimeout: 'origin' })).toThrow(/origin/);
  const store = rv.store('posts');
  const read = rv.run(BOOKMARK, () =>
    rv.with({ onTimeout: 'origin' }, () => store.read(createRead())),
  );
  await expect(read).rejects.toMatchObject({ code: 'config_invalid' });
});

test('rule 22: a read that no monitor covers is unknown when there is anything to wait for', async () => {
  const { node, rv } = await startClient();
  const store = rv.store('posts', { onUnavailable: 'throw' });
  const read = { ...createRead(), uncovered: 'secondary_index' };
  await expect(rv.run(BOOKMARK, () => store.read(read))).rejects.toMatchObject({
    code: 'consistency_unknown',
  });
  await expect(rv.run(undefined, () => store.read(read))).resolves.toBe('read 1');
  expect(node.received('wait')).toEqual([]);
});

test('a read after a wait is told how the wait ended', async () => {
  const { node, rv } = await startClient();
  node.answers.wait = (_body, reply) => {
    reply({ ...CONSISTENT, prevented: true, closedAgoMs: 7 });
  };
  const read = {
    fromPrimary: false,
    repeatable: false,
    execute: (ended: unknown) => Promise.resolve(ended),
  };
  await expect(rv.run(BOOKMARK, () => rv.store('posts').read(read))).resolves.toMatchObject({
    prevented: true,
    closedAgoMs: 7,
  });
});
