import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createMarkerOf,
  type ProbeRun,
  runProbes,
  type VirtualWrite,
} from '../../test/probe-run.js';
import { ProbeSchedule } from './probe-schedule.js';

const LONG_MS = 3_600_000;

/** Writes to keys of their own. */
function plainWrites(
  count: number,
  toWrite: (index: number) => Omit<VirtualWrite, 'key'>,
): VirtualWrite[] {
  return Array.from({ length: count }, (_, index) => ({ key: String(index), ...toWrite(index) }));
}

/** How long after it was visible each branch was found, sorted. */
function latenessOf(run: ProbeRun, writes: readonly VirtualWrite[]): number[] {
  return [...run.foundAtMs]
    .map(([index, atMs]) => atMs - (writes[index]?.arrivesAtMs ?? 0))
    .sort((a, b) => a - b);
}

const medianOf = (sorted: readonly number[]): number => sorted[sorted.length >> 1] ?? 0;

describe('with 1,000 open branches, lookups per closed branch are at most 1.2', () => {
  const cases = [
    {
      what: 'that arrive in their order',
      writes: plainWrites(1_000, (n) => ({ writtenAtMs: n / 20, arrivesAtMs: 200 + n / 20 })),
    },
    {
      what: 'that arrive all at once',
      writes: plainWrites(1_000, (n) => ({ writtenAtMs: n / 20, arrivesAtMs: 250 })),
    },
    {
      what: 'at any time, for ten lags',
      writes: plainWrites(10_000, (n) => ({ writtenAtMs: n / 5, arrivesAtMs: n / 5 + 200 })),
    },
    {
      what: 'at any time, arriving in disorder',
      writes: plainWrites(10_000, (n) => ({
        writtenAtMs: n / 5,
        arrivesAtMs: n / 5 + 150 + ((n * 7_919) % 100),
      })),
    },
  ];
  test.each(cases)('$what', ({ writes }) => {
    const run = runProbes(writes, LONG_MS);
    expect(run.foundAtMs.size).toBe(writes.length);
    expect((run.lookupCount + run.targetCount) / writes.length).toBeLessThanOrEqual(1.2);
  });

  test('and at most 1.3 when nothing arrives for 10 s', () => {
    const writes = plainWrites(1_000, (n) => ({ writtenAtMs: n / 20, arrivesAtMs: 10_000 }));
    const run = runProbes(writes, LONG_MS);
    expect(run.foundAtMs.size).toBe(writes.length);
    expect((run.lookupCount + run.targetCount) / writes.length).toBeLessThanOrEqual(1.3);
  });
});

test('a branch that is open alone is found within a tenth of the lag', () => {
  const writes = plainWrites(100, (n) => ({
    writtenAtMs: n * 300,
    arrivesAtMs: n * 300 + 150 + ((n * 7_919) % 100),
  }));
  const run = runProbes(writes, LONG_MS);
  expect(medianOf(latenessOf(run, writes))).toBeLessThanOrEqual(20);
  expect(run.lookupCount / writes.length).toBeLessThanOrEqual(8);
});

describe('with 50 branches open at a time, the median is found within a tenth of the lag', () => {
  test.each([0, 30, 100])('whose lags differ by %i ms', (spreadMs) => {
    const writes = plainWrites(1_000, (n) => {
      const writtenAtMs = Math.floor(n / 50) * 300 + (n % 50);
      return {
        writtenAtMs,
        arrivesAtMs: writtenAtMs + 200 + ((n * 7_919) % 101) * (spreadMs / 100),
      };
    });
    const run = runProbes(writes, LONG_MS);
    expect(run.foundAtMs.size).toBe(writes.length);
    expect(medianOf(latenessOf(run, writes))).toBeLessThanOrEqual(20);
    expect(run.lookupCount / writes.length).toBeLessThanOrEqual(6);
  });
});

test('what is opened one after another while nothing arrives costs at most 1.2 lookups each', () => {
  const before = plainWrites(20, (n) => ({ writtenAtMs: n, arrivesAtMs: 200 + n }));
  const held = plainWrites(1_000, (n) => ({ writtenAtMs: 1_000 + n * 2, arrivesAtMs: 4_000 }));
  const writes = [...before, ...held.map((write) => ({ ...write, key: `held-${write.key}` }))];
  const run = runProbes(writes, LONG_MS);
  expect(run.foundAtMs.size).toBe(writes.length);
  expect(run.lookupCount / writes.length).toBeLessThanOrEqual(1.2);
});

test('a replica that gets fast again is found to be', () => {
  const slow = plainWrites(20, (n) => ({ writtenAtMs: n, arrivesAtMs: 30_000 }));
  const fast = plainWrites(30, (n) => ({
    writtenAtMs: 31_000 + n * 2_000,
    arrivesAtMs: 31_100 + n * 2_000,
  }));
  const writes = [...slow, ...fast.map((write) => ({ ...write, key: `fast-${write.key}` }))];
  const lateMs = [...runProbes(writes, LONG_MS).foundAtMs]
    .slice(-10)
    .map(([index, atMs]) => atMs - (writes[index]?.arrivesAtMs ?? 0));
  expect(Math.max(...lateMs)).toBeLessThanOrEqual(20);
});

test('the primary is hardly read for branches that lag as usual', () => {
  const writes = plainWrites(500, (n) => ({ writtenAtMs: n * 10, arrivesAtMs: n * 10 + 200 }));
  expect(runProbes(writes, LONG_MS).targetCount).toBeLessThanOrEqual(5);
});

test('an overwritten branch is found soon after the write that overwrote it', () => {
  const writes = [0, 1].map((n) => ({ key: 'a', writtenAtMs: n, arrivesAtMs: 1_000 }));
  const { foundAtMs } = runProbes(writes, LONG_MS);
  expect(foundAtMs.get(0)).toBeLessThanOrEqual((foundAtMs.get(1) ?? 0) + 10);
});

test('a key that is written without end: every branch is found', () => {
  const writes = Array.from({ length: 400 }, (_, n) => ({
    key: 'hot',
    writtenAtMs: n * 50,
    arrivesAtMs: n * 50 + 300,
  }));
  expect(runProbes(writes, LONG_MS).foundAtMs.size).toBe(400);
});

test('what the node has not told of again is forgotten', () => {
  const schedule = new ProbeSchedule();
  const toOpen = (bid: string) => ({
    bid,
    position: '',
    keys: [Buffer.from(bid)],
    ageMs: 0,
    marker: '',
    overdue: true,
  });
  for (const bid of ['a', 'b']) schedule.insert(toOpen(bid), 0, 0);
  schedule.insert(toOpen('b'), 0, 1);
  schedule.sweep(1);
  expect(schedule.size).toBe(1);
  const round = schedule.takeProbes(1);
  expect(round.branches.map(({ bid }) => bid)).toEqual(['b']);
});

describe('whatever is written and however it is replicated', () => {
  const write = fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    gapMs: fc.integer({ min: 0, max: 400 }),
    lagMs: fc.integer({ min: 0, max: 3_000 }),
    overdueAfterMs: fc.constantFrom(0, 5, 700, Infinity),
    isForeign: fc.boolean(),
  });
  const scenario = fc.array(write, { minLength: 1, maxLength: 30 }).map((drafts) => {
    let nowMs = 0;
    const arrivals = new Map<string, number>();
    return drafts.map(({ key, gapMs, lagMs, overdueAfterMs, isForeign }): VirtualWrite => {
      nowMs += gapMs;
      // Each key is replicated in its order.
      const arrivesAtMs = Math.max(nowMs + lagMs, arrivals.get(key) ?? 0);
      arrivals.set(key, arrivesAtMs);
      const overdueAtMs = nowMs + overdueAfterMs;
      return { key, writtenAtMs: nowMs, arrivesAtMs, overdueAtMs, isForeign };
    });
  });

  test('rule 14: no branch is found before the replica shows its write or a later one', () => {
    fc.assert(
      fc.property(scenario, (writes) => {
        for (const [index, atMs] of runProbes(writes, 60_000).foundAtMs) {
          const key = writes[index]?.key ?? '';
          expect(Number(createMarkerOf(writes)(key, atMs, 'replica'))).toBeGreaterThanOrEqual(
            index,
          );
        }
      }),
    );
  });

  test('every overdue branch is found in the end', () => {
    fc.assert(
      fc.property(scenario, (writes) => {
        const { foundAtMs, tracelessAtMs } = runProbes(writes, 120_000);
        expect(tracelessAtMs.size).toBe(0);
        writes.forEach(({ isForeign, overdueAtMs }, index) => {
          if (!isForeign && overdueAtMs !== Infinity) expect(foundAtMs.has(index)).toBe(true);
        });
      }),
    );
  });
});
