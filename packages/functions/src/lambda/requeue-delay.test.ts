import { expect, test } from 'vitest';
import type { WaitResult } from '@rendezvous/client';
import { requeueDelaySeconds } from './requeue-delay.js';

function createAnswer(waitedMs: number, ...etasMs: number[]): WaitResult {
  const pending = etasMs.map((etaMs) => ({
    store: 'posts',
    bid: '',
    ageMs: 1,
    etaMs,
    reason: 'open',
  }));
  return { status: 'timed_out', prevented: true, waitedMs, closedAgoMs: 0, pending };
}

test.each([
  ['the last of what the node expects', createAnswer(2_000, 1_200, 3_400), 1, 4],
  ['as long as the wait was', createAnswer(2_000, 0), 1, 2],
  ['... and longer each time', createAnswer(2_000, 0), 3, 6],
  ['at least a second', createAnswer(0), 1, 1],
  ['at most 15 minutes', createAnswer(0, 10_000_000), 1, 900],
])('a message comes back after %s', (_what, answer, receiveCount, seconds) => {
  expect(requeueDelaySeconds(answer, receiveCount)).toBe(seconds);
});
