import { expect, test } from 'vitest';
import { takeTurns, type Operation } from './take-turns.js';

test('both run one at a time, who is first changes, and the warm-up does not count', async () => {
  const log: string[] = [];
  const record =
    (name: string): Operation =>
    async (index) => {
      log.push(`${name}${index} begins`);
      await Promise.resolve();
      log.push(`${name}${index} ends`);
    };
  const { bareMs, wrappedMs } = await takeTurns(record('bare'), record('wrapped'), 2, 1);
  const order = ['bare0', 'wrapped0', 'wrapped1', 'bare1', 'bare2', 'wrapped2'];
  expect(log).toEqual(order.flatMap((name) => [`${name} begins`, `${name} ends`]));
  expect(bareMs).toHaveLength(2);
  expect(wrappedMs).toHaveLength(2);
});
