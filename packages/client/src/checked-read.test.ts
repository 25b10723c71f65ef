import { expect, test } from 'vitest';
import type { CheckedRead, ReadOperation } from '@rendezvous/protocol';
import { CONSISTENT } from '../test/fake-node.js';
import { BOOKMARK, createRead, startClient } from '../test/start-client.js';

const AT = { ...CONSISTENT, position: 'a/7' };

function readAt(answer: CheckedRead<string>, asked: string[] = []): ReadOperation<string> {
  const executeAt = (position: string): Promise<CheckedRead<string>> => {
    asked.push(position);
    return Promise.resolve(answer);
  };
  return createRead({ executeAt });
}

test('rule 22: with verify "connection" a read is held against the position that the node names', async () => {
  const { node, rv } = await startClient();
  node.answers.wait = (_body, reply) => {
    reply(AT);
  };
  const asked: string[] = [];
  const store = rv.store('posts', { verify: 'connection' });
  const operation = readAt({ status: 'served', result: 'checked' }, asked);
  await expect(rv.run(BOOKMARK, () => store.read(operation))).resolves.toBe('checked');
  expect(asked).toEqual(['a/7']);
  expect(node.received('wait')).toMatchObject([{ withPosition: true }]);
});

test.each([
  [{ status: 'behind' }, 'wait_timed_out', /replica_behind/],
  [{ status: 'unknown' }, 'consistency_unknown', /position_unknown/],
] as const)('a connection that is %j ends in %s', async (answer, code, message) => {
  const { node, rv } = await startClient({ onUnavailable: 'throw' });
  node.answers.wait = (_body, reply) => {
    reply(AT);
  };
  const store = rv.store('posts', { verify: 'connection' });
  const reading = rv.run(BOOKMARK, () => store.read(readAt(answer)));
  await expect(reading).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as unknown,
  });
});

test('a node that has no position yet is asked again, and at last nothing is known', async () => {
  const { node, rv } = await startClient({ onUnavailable: 'throw' });
  let count = 0;
  node.answers.wait = (_body, reply) => {
    reply(++count === 3 ? AT : CONSISTENT);
  };
  const store = rv.store('posts', { verify: 'connection' });
  const operation = readAt({ status: 'served', result: 'checked' });
  await expect(rv.run(BOOKMARK, () => store.read(operation))).resolves.toBe('checked');
  expect(count).toBe(3);
  await expect(rv.run(BOOKMARK, () => store.read(operation))).rejects.toMatchObject({
    code: 'consistency_unknown',
  });
});

test('by default only a read where several servers answer is checked', async () => {
  const { node, rv } = await startClient();
  node.answers.wait = (_body, reply) => {
    reply(AT);
  };
  const store = rv.store('posts');
  const operation = readAt({ status: 'served', result: 'checked' });
  await expect(rv.run(BOOKMARK, () => store.read(operation))).resolves.toBe('read 1');
  const balanced = { ...operation, balanced: true };
  await expect(rv.run(BOOKMARK, () => store.read(balanced))).resolves.toBe('checked');
  const region = rv.store('posts', { verify: 'region' });
  await expect(rv.run(BOOKMARK, () => region.read(balanced))).resolves.toBe('read 2');
});

test('of an adapter that cannot ask its connection nothing is known', async () => {
  const { node, rv } = await startClient({ onUnavailable: 'throw' });
  node.answers.wait = (_body, reply) => {
    reply(AT);
  };
  const store = rv.store('posts', { verify: 'connection' });
  await expect(rv.run(BOOKMARK, () => store.read(createRead()))).rejects.toMatchObject({
    code: 'consistency_unknown',
  });
});
