import { expect, test } from 'vitest';
import { createBell } from './bell.js';

const NEVER_MS = 2 ** 31 - 1;

test('heard() resolves at the next ring', async () => {
  const bell = createBell();
  const heard = bell.heard(NEVER_MS, new AbortController().signal);
  bell.ring();
  await heard;
  expect(bell.hasRung).toBe(true);
});

test('heard() resolves at once if the bell has rung since it was silenced', async () => {
  const bell = createBell();
  bell.ring();
  await bell.heard(NEVER_MS, new AbortController().signal);
  bell.silence();
  expect(bell.hasRung).toBe(false);
});

test('heard() resolves when its time is over, without a ring', async () => {
  const bell = createBell();
  await bell.heard(1, new AbortController().signal);
  expect(bell.hasRung).toBe(false);
});

test('heard() resolves when its signal aborts, before or during', async () => {
  const bell = createBell();
  const abort = new AbortController();
  const heard = bell.heard(NEVER_MS, abort.signal);
  abort.abort();
  await heard;
  await bell.heard(NEVER_MS, abort.signal);
});

test('a bell can be heard again and again', async () => {
  const bell = createBell();
  const { signal } = new AbortController();
  for (let round = 0; round < 3; round++) {
    bell.silence();
    const heard = bell.heard(NEVER_MS, signal);
    bell.ring();
    await heard;
  }
});
