// Writes that take their marker along: the open goes out with the write, not after it.
import { expect, test } from 'vitest';
import { parseBookmark } from '@rendezvous/protocol';
import type { Bookmark, WriteOperation, WriteOutcome } from '@rendezvous/protocol';
import { JOURNAL } from '../test/fake-node.js';
import type { Reply } from '../test/fake-node.js';
import { BOOKMARK, startClient } from '../test/start-client.js';
import type { TestClient } from '../test/start-client.js';
import type { Rendezvous } from './index.js';

const KEYS = [new TextEncoder().encode('a')];
const WRITTEN: WriteOutcome<string> = { result: 'written', wrote: true };
const LEASE_MS = 600_000;

class CertainFailure extends Error {}

/** A marked write whose end the test decides. */
function createMarked(
  execute: (bid: string) => Promise<WriteOutcome<string>> = () => Promise.resolve(WRITTEN),
  leaseMs: number = LEASE_MS,
): WriteOperation<string> {
  const isCertainFailure = (error: unknown): boolean => error instanceof CertainFailure;
  return { keys: KEYS, marked: { leaseMs, isCertainFailure }, execute };
}

/** Connected already, so that an open is sent in the turn of its write. */
async function setup(options: Parameters<typeof startClient>[0] = {}): Promise<TestClient> {
  const client = await startClient(options);
  await client.rv.wait({ bookmark: BOOKMARK });
  return client;
}

function currentBookmark(rv: Rendezvous): Bookmark | undefined {
  const text = rv.current();
  return text === undefined ? undefined : parseBookmark(text, 'default');
}

/** Resolves after the lease of a write that began before. */
async function outlast(leaseMs: number): Promise<void> {
  const untilMs = performance.now() + leaseMs + 1;
  while (performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, leaseMs));
}

test('rule 14: the marker is the bid of the branch, which opens while the write is under way', async () => {
  const { node, rv } = await setup();
  let marker = '';
  await rv.run(undefined, async () => {
    await rv.store('posts').write(
      createMarked(async (bid) => {
        marker = bid;
        await node.waitFor('open', 1);
        expect(node.received('confirm')).toEqual([]);
        expect(rv.current()).toBeUndefined();
        return WRITTEN;
      }),
    );
    expect(currentBookmark(rv)?.positions).toEqual(new Map([[JOURNAL, 1]]));
  });
  await node.waitFor('confirm', 1);
  const open = node.received('open').at(-1);
  expect(open).toMatchObject({ bid: marker, keys: KEYS, leaseMs: LEASE_MS, marker: '' });
  expect(node.received('confirm').at(-1)).toEqual({ kind: 'confirm', bid: marker });
});

test('a write and its open are awaited together: the open that came first costs nothing more', async () => {
  const { node, rv } = await setup({ openTimeoutMs: 0 });
  await rv.run(undefined, async () => {
    const write = createMarked(async () => {
      await node.waitFor('open', 1);
      // The acknowledgement comes before this answer on the same connection.
      await rv.abort('01ARZ3NDEKTSV4RRFFQ69G5FAV');
      return WRITTEN;
    });
    await rv.store('posts').write(write);
    expect(currentBookmark(rv)).toMatchObject({ incomplete: [] });
  });
});

test('an open that is not acknowledged in time makes the bookmark incomplete until it is', async () => {
  const { node, rv } = await setup({ openTimeoutMs: 20 });
  let acknowledge: Reply = () => undefined;
  node.answers.open = (_body, reply) => {
    acknowledge = reply;
  };
  await rv.run(undefined, async () => {
    await expect(rv.store('posts').write(createMarked())).resolves.toBe('written');
    expect(currentBookmark(rv)).toMatchObject({ incomplete: ['posts'] });
    await node.waitFor('open', 1);
    acknowledge({ kind: 'opened', journal: JOURNAL, sequence: 9 });
    await rv.flush();
    expect(currentBookmark(rv)?.positions).toEqual(new Map([[JOURNAL, 9]]));
  });
});

test('an open that is sent again after its write was acknowledged has no lease any more', async () => {
  const { node, rv } = await setup({ openTimeoutMs: 0 });
  const answer = node.answers.open;
  let refuse: () => void = () => undefined;
  node.answers.open = (_body, reply) => {
    node.answers.open = answer;
    refuse = () =>
      reply({ kind: 'failure', code: 'journal_failed', message: 'again', retryable: true });
  };
  await rv.run(undefined, () => rv.store('posts').write(createMarked()));
  await node.waitFor('open', 1);
  refuse();
  await node.waitFor('open', 2);
  expect(node.received('open').map(({ leaseMs }) => leaseMs)).toEqual([LEASE_MS, 0]);
});

test.each<readonly [string, () => Promise<WriteOutcome<string>>]>([
  ['certainly failed', () => Promise.reject(new CertainFailure('condition'))],
  ['wrote nothing', () => Promise.resolve({ result: '', wrote: false })],
])('rule 15: a write that %s aborts its branch, and nothing relies on it', async (_, execute) => {
  const { node, rv } = await setup();
  await rv.run(undefined, async () => {
    await rv
      .store('posts')
      .write(createMarked(execute))
      .catch(() => undefined);
    expect(rv.current()).toBeUndefined();
  });
  await rv.flush();
  expect(node.received('abort').map(({ bid }) => bid)).toEqual([node.received('open')[0]?.bid]);
  expect(node.received('confirm')).toEqual([]);
});

test('rule 15: a failure that proves nothing aborts nothing, and the bookmark covers the branch', async () => {
  const { node, rv } = await setup();
  const timeout = new Error('timed out');
  await rv.run(undefined, async () => {
    const failing = rv.store('posts').write(createMarked(() => Promise.reject(timeout)));
    await expect(failing).rejects.toBe(timeout);
    expect(currentBookmark(rv)?.positions).toEqual(new Map([[JOURNAL, 1]]));
  });
  await rv.flush();
  expect(node.received('abort')).toEqual([]);
  expect(node.received('confirm')).toEqual([]);
});

test('rule 15: acknowledged after its lease, a write is covered by a fresh branch with its marker', async () => {
  const { node, rv } = await setup();
  const slow = createMarked(async () => {
    await outlast(5);
    return WRITTEN;
  }, 5);
  await rv.run(undefined, async () => {
    await rv.store('posts').write(slow);
    expect(currentBookmark(rv)?.positions).toEqual(new Map([[JOURNAL, 2]]));
  });
  await rv.flush();
  const [first, second] = node.received('open');
  expect(second).toMatchObject({ marker: first?.bid, leaseMs: 0, keys: KEYS });
  expect(second?.bid).not.toBe(first?.bid);
  expect(node.received('confirm')).toEqual([]);
  expect(node.received('abort').map(({ bid }) => bid)).toEqual([first?.bid]);
});

test('rule 15: without the fresh branch the bookmark is incomplete, and the first one stays', async () => {
  const { node, rv } = await setup({ openTimeoutMs: 20 });
  const answer = node.answers.open;
  node.answers.open = (body, reply, id) => {
    if (body.marker === '') answer(body, reply, id);
  };
  const slow = createMarked(async () => {
    await outlast(5);
    return WRITTEN;
  }, 5);
  await rv.run(undefined, async () => {
    await expect(rv.store('posts').write(slow)).resolves.toBe('written');
    expect(currentBookmark(rv)).toMatchObject({ incomplete: ['posts'] });
  });
  expect(node.received('abort')).toEqual([]);
});

test('a write outside any run leaves a marker, and opens nothing; with mode "off" it leaves none', async () => {
  const { node, rv } = await setup();
  const markers: string[] = [];
  const write = createMarked((bid) => {
    markers.push(bid);
    return Promise.resolve(WRITTEN);
  });
  await rv.store('posts').write(write);
  await rv.with({ mode: 'off' }, () => rv.store('posts').write(write));
  expect(markers).toEqual([expect.stringMatching(/^[0-9A-Z]{26}$/), '']);
  expect(node.received('open')).toEqual([]);
  expect(rv.counters.writesOutsideRun).toBe(1);
});

test('strict: a marked write has one branch, which is acknowledged before the write begins', async () => {
  const { node, rv } = await setup();
  let acknowledge: () => void = () => undefined;
  node.answers.open = (_body, reply) => {
    acknowledge = () => reply({ kind: 'opened', journal: JOURNAL, sequence: 1 });
  };
  let executed = false;
  const write = createMarked(() => {
    executed = true;
    return Promise.resolve(WRITTEN);
  });
  await rv.run(undefined, async () => {
    const writing = rv.store('posts', { strictWrites: true }).write(write);
    await node.waitFor('open', 1);
    expect(executed).toBe(false);
    acknowledge();
    await writing;
    expect(executed).toBe(true);
    expect(currentBookmark(rv)?.positions).toEqual(new Map([[JOURNAL, 1]]));
  });
  await node.waitFor('confirm', 1);
  expect(node.received('open')).toHaveLength(1);
  expect(node.received('abort')).toEqual([]);
});

test('strict: without an acknowledged branch a marked write is refused', async () => {
  const { node, rv } = await setup({ openTimeoutMs: 20 });
  node.answers.open = () => undefined;
  let executed = false;
  const write = createMarked(() => {
    executed = true;
    return Promise.resolve(WRITTEN);
  });
  const store = rv.store('posts', { strictWrites: true });
  const refused = rv.run(undefined, () => store.write(write));
  await expect(refused).rejects.toMatchObject({ code: 'open_refused' });
  expect(executed).toBe(false);
});
