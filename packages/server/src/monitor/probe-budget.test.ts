import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createProbeBudget, lookupCountMax, settleRound } from './probe-budget.js';

/** Open branches, so many that only the least scouts are sent. */
const MANY = 1_000;

test('a round that finds nothing is followed by scouts only, one that finds all by a larger one', () => {
  let budget = createProbeBudget({ scoutCount: 2, scoutCountMax: 16 });
  expect(lookupCountMax(budget, MANY)).toBe(2);
  for (const size of [2, 4, 8, 16]) budget = settleRound(budget, size, 0);
  expect(lookupCountMax(budget, MANY)).toBe(32);
  budget = settleRound(budget, 0, 32);
  expect(lookupCountMax(budget, MANY)).toBe(2);
});

test('the fewer branches are open, the more of them are scouts', () => {
  const budget = createProbeBudget({ scoutCount: 2, scoutCountMax: 16 });
  const counts = [1, 50, 100, 200, 400, 1_000].map((open) => lookupCountMax(budget, open));
  expect(counts).toEqual([16, 16, 8, 4, 2, 2]);
});

test('whatever the replica shows, lookups ≤ found × 1.1 + rounds × scouts + 64', () => {
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 500 });
  fc.assert(
    fc.property(shares, fc.integer({ min: 1, max: 4 }), (hitShares, scoutCount) => {
      let budget = createProbeBudget({ scoutCount, scoutCountMax: scoutCount });
      const total = { found: 0, lookups: 0 };
      for (const share of hitShares) {
        const count = lookupCountMax(budget, MANY);
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
