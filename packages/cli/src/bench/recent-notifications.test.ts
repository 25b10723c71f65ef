import { expect, test } from 'vitest';
import { RecentNotifications } from './recent-notifications.js';

function fill(count: number, random: () => number): RecentNotifications {
  const notifications = new RecentNotifications(random);
  for (let index = 0; index < count; index++) {
    notifications.add({ post: `p${index}`, attributes: {} });
  }
  return notifications;
}

test('a fresh pick is the newest, also when the oldest were forgotten', () => {
  expect(fill(3, () => 0).pick(1).post).toBe('p2');
  expect(fill(10_002, () => 0).pick(1).post).toBe('p10001');
});

test('any other pick is one of those that are kept', () => {
  expect(fill(10_002, () => 0.5).pick(0).post).toBe('p5000');
  expect(fill(10_002, () => 0).pick(0).post).toBe('p10000');
});

test('before the first notification there is nothing to pick', () => {
  expect(() => fill(0, () => 0.5).pick(0.5)).toThrow(RangeError);
});
