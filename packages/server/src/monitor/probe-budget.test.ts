import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countScouts, createProbeBudget, lookupCountMax, settleRound } from './probe-budget.js';

test('a round that finds nothing is followed by scouts only, one that finds all by a larger one', () => {
  let budget = createProbeBudget();
  expect(lookupCountMax(budget, 2)).toBe(2);
  for (const size of [2, 4, 8, 16]) budget = settleRound(budget, size, 0);
  expect(lookupCountMax(budget, 2)).toBe(32);
  budget = settleRound(budget, 0, 32);
  expect(lookupCountMax(budget, 2)).toBe(2);
});

test('when all of many scouts find something, the next round is twice as large', () => {
  expect(lookupCountMax(settleRound(createProbeBudget(), 16, 0), 16)).toBe(32);
});

test('the fewer branches are open, the more of them are scouts, unless replication stands still', () => {
  const openCounts = [1, 50, 100, 200, 400, 1_000];
  expect(openCounts.map((open) => countScouts(open, false))).toEqual([16, 16, 8, 4, 2, 2]);
  expect(openCounts.map((open) => countScouts(open, true))).toEqual([2, 2, 2, 2, 2, 2]);
});

test('whatever the replica shows, lookups ≤ found × 1.1 + scouts of all rounds + 64', () => {
  const round = fc.record({
    hitShare: fc.double({ min: 0, max: 1, noNaN: true }),
    scoutCount: fc.integer({ min: 1, max: 16 }),
  });
  fc.assert(
    fc.property(fc.array(round, { maxLength: 500 }), (rounds) => {
      let budget = createProbeBudget();
      const total = { found: 0, lookups: 0, scouts: 0 };
      for (const { hitShare, scoutCount } of rounds) {
        const count = lookupCountMax(budget, scoutCount);
        expect(count).toBeGreaterThanOrEqual(scoutCount);
        const found = Math.round(hitShare * count);
        budget = settleRound(budget, found, count - found);
        total.found += found;
        total.lookups += count;
        total.scouts += scoutCount;
      }
      const bound = total.found * 1.1 + total.scouts + 64;
      expect(total.lookups).toBeLessThanOrEqual(bound + 1e-6);
    }),
  );
});
