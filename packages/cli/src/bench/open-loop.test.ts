import { RendezvousError } from '@rendezvous/protocol';
import { expect, test, vi } from 'vitest';
import { countDue, runOpenLoop } from './open-loop.js';

test.each([
  [0, 1],
  [9.9, 1],
  [10, 2],
  [995, 100],
  [5_000, 100],
])('at 100 a second, %d ms after the start, %d of 100 operations are due', (elapsedMs, count) => {
  expect(countDue(elapsedMs, 100, 100)).toBe(count);
});

test('operations start when they are due, though none before them has ended', async () => {
  vi.useFakeTimers();
  const ends: (() => void)[] = [];
  const dues: number[] = [];
  const loop = runOpenLoop({ ratePerSec: 100, durationMs: 50 }, (dueMs) => {
    dues.push(dueMs);
    return new Promise((resolve) => ends.push(resolve));
  });
  await vi.advanceTimersByTimeAsync(60);
  expect(dues).toEqual([0, 10, 20, 30, 40]);
  let isOver = false;
  const over = loop.then(() => (isOver = true));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(isOver).toBe(false);
  for (const end of ends) end();
  await over;
  vi.useRealTimers();
});

test('the first failure ends the loop', async () => {
  const failure = new RendezvousError('store_failed', 'no');
  const loop = runOpenLoop({ ratePerSec: 1_000, durationMs: 5_000 }, () => Promise.reject(failure));
  await expect(loop).rejects.toBe(failure);
});

test('a loop without an operation is over at once', async () => {
  await runOpenLoop({ ratePerSec: 1, durationMs: 10 }, () => Promise.reject(new Error('one')));
});
