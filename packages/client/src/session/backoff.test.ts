import { expect, test } from 'vitest';
import { createBackoff } from './backoff.js';

test('delays double up to their bound and start over after a success', () => {
  const backoff = createBackoff({ firstDelayMs: 100, delayMsMax: 500, random: () => 0 });
  const delays = Array.from({ length: 5 }, () => backoff.nextDelayMs());
  expect(delays).toEqual([50, 100, 200, 250, 250]);
  backoff.reset();
  expect(backoff.nextDelayMs()).toBe(50);
});

test('jitter stays in the upper half of the bound', () => {
  const backoff = createBackoff({ firstDelayMs: 100, delayMsMax: 100 });
  for (let attempt = 0; attempt < 100; attempt++) {
    const delayMs = backoff.nextDelayMs();
    expect(delayMs).toBeGreaterThanOrEqual(50);
    expect(delayMs).toBeLessThan(100);
  }
});
