import { encodeUlid } from '@rendezvous/protocol';
import { expect, test } from 'vitest';
import { RidCeiling } from './rid-ceiling.js';

const NOW_MS = 1_700_000_000_000;
const ridAt = (timeMs: number, byte = 0): string =>
  encodeUlid(timeMs, new Uint8Array(10).fill(byte));

test('a rid may be ahead of the clock by so much, and no more', () => {
  const ceiling = new RidCeiling(300_000);
  expect(ceiling.allows(ridAt(0), NOW_MS)).toBe(true);
  expect(ceiling.allows(ridAt(NOW_MS), NOW_MS)).toBe(true);
  expect(ceiling.allows(ridAt(NOW_MS + 300_000, 0xff), NOW_MS)).toBe(true);
  expect(ceiling.allows(ridAt(NOW_MS + 300_001), NOW_MS)).toBe(false);
  expect(ceiling.allows(ridAt(2 ** 48 - 1, 0xff), NOW_MS)).toBe(false);
});

test('the ceiling follows the clock, forward and back', () => {
  const ceiling = new RidCeiling(0);
  const rid = ridAt(NOW_MS);
  expect(ceiling.allows(rid, NOW_MS - 5_000)).toBe(false);
  expect(ceiling.allows(rid, NOW_MS)).toBe(true);
  expect(ceiling.allows(rid, NOW_MS - 5_000)).toBe(false);
});

test('no horizon is allowed always', () => {
  expect(new RidCeiling(0).allows('', NOW_MS)).toBe(true);
});
