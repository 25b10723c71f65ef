// Reads for which the node's word for the region does not do: their adapter asks, and reads.
import { expect, test } from 'vitest';
import type { CheckedRead, ReadOperation, WaitResult } from '@rendezvous/protocol';
import { CONSISTENT, TIMED_OUT } from '../test/fake-node.js';
import { BOOKMARK, createRead, startClient } from '../test/start-client.js';

const AT = { ...CONSISTENT, position: 'a/7' };

/** A read whose adapter asks once and then ends as `end` says. */
function createChecked(
  end: (answer: WaitResult) => Partial<CheckedRead<string>>,
): ReadOperation<string> & { readonly timeouts: readonly number[] } {
  const timeouts: number[] = [];
  const operation = createRead({
    async check(ask, timeoutMs) {
      timeouts.push(timeoutMs);
      const answer = await ask(timeoutMs);
      return { ...answer, ...end(answer) };
    },
  });
  return { ...operation, timeouts };
}

test('rule 22: the adapter is told the position that the node names, and what it read is the result', async () => {
  const { node, rv } = await startClient();
  node.answers.wait = (_body, reply) => {
    reply(AT);
  };
  const store = rv.store('posts', { verify: 'connection', timeoutMs: 700 });
  const positions: string[] = [];
  const operation = createChecked(({ position }) => {
    positions.push(position);
    return { result: 'checked' };
  });
  await expect(rv.run(BOOKMARK, () => store.read(operation))).resolves.toBe('checked');
  expect(positions).toEqual(['a/7']);
  expect(operation.timeouts).toEqual([700]);
  expect(node.received('wait')).toMatchObject([{ withPosition: true }]);
  expect(rv.counters.waits).toMatchObject({ consistent: 1 });
});

test.each([
  ['timed_out', 'wait_timed_out'],
  ['unknown', 'consistency_unknown'],
] as const)('what an adapter could not check, %s, ends in %s', async (status, code) => {
  const { node, rv } = await startClient({ onUnavailable: 'throw' });
  node.answers.wait = (_body, reply) => {
    reply(AT);
  };
  const store = rv.store('posts', { verify: 'connection' });
  const reading = rv.run(BOOKMARK, () => store.read(createChecked(() => ({ status }))));
  await expect(reading).rejects.toMatchObject({ code });
  expect(rv.counters.waits).toMatchObject({ [status]: 1, consistent: 0 });
});

test('a wait that timed out is the end of a checked read as of any', async () => {
  const { node, rv } = await startClient();
  node.answers.wait = (_body, reply) => {
    reply(TIMED_OUT);
  };
  const reading = rv.run(BOOKMARK, () => rv.store('posts').read(createChecked(() => ({}))));
  await expect(reading).rejects.toMatchObject({ code: 'wait_timed_out' });
});

test('under "observe" and without a bookmark nothing is checked', async () => {
  const { rv } = await startClient();
  const operation = createChecked(() => ({ result: 'checked' }));
  const store = rv.store('posts', { mode: 'observe' });
  await expect(rv.run(BOOKMARK, () => store.read(operation))).resolves.toBe('read 1');
  await expect(rv.store('posts').read(operation)).resolves.toBe('read 2');
  expect(operation.timeouts).toEqual([]);
});

test('of an adapter that cannot ask its connection nothing is known', async () => {
  const { node, rv } = await startClient({ onUnavailable: 'throw' });
  const store = rv.store('posts', { verify: 'connection' });
  await expect(rv.run(BOOKMARK, () => store.read(createRead()))).rejects.toMatchObject({
    code: 'consistency_unknown',
    message: expect.stringMatching(/position_unknown/) as unknown,
  });
  expect(node.received('wait')).toEqual([]);
});
