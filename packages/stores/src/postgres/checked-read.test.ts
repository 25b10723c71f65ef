import { expect, test } from 'vitest';
import type { StoreHandle, Verify, WaitResult } from '@rendezvous/protocol';
import { RecordingHandle } from '../../test/recording-handle.js';
import { checkRead, performChecked } from './checked-read.js';
import type { ReadAt } from './checked-read.js';
import { noteServer } from './servers-seen.js';

const CONSISTENT: WaitResult = {
  status: 'consistent',
  prevented: true,
  waitedMs: 3,
  closedAgoMs: 0,
  pending: [],
  position: '',
};
const AT = { ...CONSISTENT, position: 'a/7' };

test('it reads where the position that the node names is shown', async () => {
  const positions: string[] = [];
  const readAt: ReadAt<string> = (position) => {
    positions.push(position);
    return Promise.resolve({ shown: 'shown', result: 'read' });
  };
  const checked = await performChecked(() => Promise.resolve(AT), 100, readAt);
  expect(checked).toEqual({ ...AT, result: 'read' });
  expect(positions).toEqual(['a/7']);
});

test.each([
  ['behind', 'timed_out', 'replica_behind'],
  ['unknown', 'unknown', 'position_unknown'],
] as const)('a server that is %s ends as %s: %s', async (shown, status, reason) => {
  const checked = await performChecked(
    () => Promise.resolve(AT),
    0,
    () => Promise.resolve({ shown }),
  );
  expect(checked).toMatchObject({ status, prevented: true, pending: [{ reason }] });
  expect('result' in checked).toBe(false);
});

test('a node that has no position yet is asked again, and at last nothing is known', async () => {
  let count = 0;
  const readAt: ReadAt<string> = () => Promise.resolve({ shown: 'shown', result: 'read' });
  const named = (): Promise<WaitResult> => Promise.resolve(++count === 3 ? AT : CONSISTENT);
  await expect(performChecked(named, 1_000, readAt)).resolves.toMatchObject({ result: 'read' });
  expect(count).toBe(3);
  const never = (): Promise<WaitResult> => Promise.resolve(CONSISTENT);
  const checked = await performChecked(never, 1_000, readAt);
  expect(checked).toMatchObject({ status: 'unknown', pending: [{ reason: 'position_unknown' }] });
});

test('a wait that did not end consistent reads nothing', async () => {
  const timedOut: WaitResult = { ...CONSISTENT, status: 'timed_out' };
  const readAt: ReadAt<string> = () => Promise.reject(new Error('read all the same'));
  const checked = await performChecked(() => Promise.resolve(timedOut), 10, readAt);
  expect(checked).toEqual(timedOut);
});

test('by default only a read where several servers answer is checked', () => {
  const check = (verify: Verify, servers: readonly string[]): boolean => {
    const handle: StoreHandle = Object.assign(new RecordingHandle(), { verify });
    for (const server of servers) noteServer(handle, server);
    const { check: own } = checkRead(
      handle,
      () => Promise.reject(new Error('not to be read')),
      () => Promise.resolve(),
    );
    return own !== undefined;
  };
  expect(check('auto', ['a'])).toBe(false);
  expect(check('auto', ['a', 'b'])).toBe(true);
  expect(check('region', ['a', 'b'])).toBe(false);
  expect(check('connection', ['a'])).toBe(true);
});
