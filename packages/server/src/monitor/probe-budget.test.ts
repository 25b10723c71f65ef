import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createProbeBudget, lookupCountMax, settleRound } from './probe-budget.js';

test('a round that finds nothing is followed by scouts only, one that finds all by a larger one', () => {
  let budget = createProbeBudget(2);
  expect(lookupCountMax(budget)).toBe(2);
  for (const size of [2, 4, 8, 16]) budget = settleRound(budget, size, 0);
  expect(lookupCountMax(budget)).toBe(32);
  budget = settleRound(budget, 0, 32);
  expect(lookupCountMax(budget)).toBe(2);
});

test('whatever the replica shows, lookups ≤ found × 1.1 + rounds × scouts + 64', () => {
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 500 });
  fc.assert(
    fc.property(shares, fc.integer({ min: 1, max: 4 }), (hitShares, scoutCount) => {
      let budget = createProbeBudget(scoutCount);
      const total = { found: 0, lookups: 0 };
      for (const share of hitShares) {
        const count = lookupCountMax(budget);
        expect(count).toBeGreaterThanOrEqual(scoutCount);
        const found = Math.round(share * count);
        budget = settleRound(budget, found, count - found);
        total.found += found;
        total.lookups += count;
      }
      const bound = total.found * 1.1 + hitShares.length * scoutCount + 64;
      expect(total.lookups).toBeLessThanOrEqual(bound + 1e-6);
    }),
  );
});
