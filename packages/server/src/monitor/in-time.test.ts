import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inTime } from './in-time.js';

const NEVER_MS = 2 ** 31 - 1;
const never = new Promise<string>(() => undefined);
const { signal } = new AbortController();

test('inTime() settles as the promise does', async () => {
  const bound = { what: 'it', timeoutMs: NEVER_MS, signal };
  expect(await inTime(Promise.resolve('answer'), bound)).toBe('answer');
  const failure = new Error('broken');
  await expect(inTime(Promise.reject(failure), bound)).rejects.toBe(failure);
});

test('inTime() rejects with store_failed when nothing comes', async () => {
  const waiting = inTime(never, { what: 'the answer', timeoutMs: 5, signal });
  await expect(waiting).rejects.toMatchObject({
    code: 'store_failed',
    message: '[store_failed] the answer did not come in 5 ms',
  });
});

test('inTime() rejects with cancelled when its signal aborts, before or during', async () => {
  const abort = new AbortController();
  const bound = { what: 'it', timeoutMs: NEVER_MS, signal: abort.signal };
  const waiting = inTime(never, bound);
  abort.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  await expect(inTime(never, bound)).rejects.toMatchObject({ code: 'cancelled' });
});

test('inTime() lets a rejection that comes too late pass', async () => {
  const late = sleep(10).then(() => Promise.reject(new Error('late')));
  await expect(inTime(late, { what: 'it', timeoutMs: 1, signal })).rejects.toMatchObject({
    code: 'store_failed',
  });
  await expect(late).rejects.toThrow('late');
});
