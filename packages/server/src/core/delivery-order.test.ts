/** Whatever the order in which a node hears things, it knows the same in the end (rule 1). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entry, mintJournal, TestNode } from '../../test/test-node.js';
import { closePlaces, isClosed } from './branch.js';

const places = fc.integer({ min: 0, max: 0b1111 });

/** The state of a branch that is named in all four places. */
function stateAfter(...closes: readonly number[]): number {
  const branch = { named: 0b1111, closed: 0 };
  for (const close of closes) closePlaces(branch, close);
  expect(isClosed(branch)).toBe(branch.closed === 0b1111);
  return branch.closed;
}

test('rule 1: closing is idempotent: the same close again changes nothing', () => {
  fc.assert(
    fc.property(places, places, (a, b) => {
      expect(stateAfter(a, b, a)).toBe(stateAfter(a, b));
    }),
  );
});

test('rule 1: closing is commutative and associative: only what was closed counts', () => {
  fc.assert(
    fc.property(fc.array(places, { maxLength: 8 }), fc.integer(), (closes, seed) => {
      const shuffled = [...closes].sort((a, b) => ((a * 31 + seed) % 7) - ((b * 31 + seed) % 7));
      const [first = 0, ...rest] = closes;
      expect(stateAfter(...shuffled)).toBe(stateAfter(...closes));
      expect(stateAfter(first | stateAfter(...rest))).toBe(stateAfter(...closes));
    }),
  );
});

const BRANCH_COUNT = 4;

/** One thing that a node hears: a batch of the peer's journal, or a close by a monitor. */
type Event =
  | { readonly kind: 'batch' }
  | { readonly kind: 'close'; readonly branch: number; readonly replica: string };

const closes: readonly Event[] = Array.from({ length: BRANCH_COUNT }, (_, branch) =>
  ['us-1', 'us-2'].map((replica): Event => ({ kind: 'close', branch, replica })),
).flat();
const batches: readonly Event[] = Array.from({ length: BRANCH_COUNT }, () => ({ kind: 'batch' }));

/** Some of the closes, mixed with all of the batches in any way. */
const deliveries = fc
  .subarray([...closes])
  .chain((some) =>
    fc.shuffledSubarray([...batches, ...some], { minLength: batches.length + some.length }),
  );

test('rule 1: any interleaving of opens and closes gives the same answers', () => {
  fc.assert(
    fc.property(deliveries, (events) => {
      expect(answersAfter(events)).toEqual(
        Array.from({ length: BRANCH_COUNT }, (_, branch) =>
          closesOf(events, branch) === 2 ? 'consistent' : 'timed_out',
        ),
      );
    }),
  );
});

function closesOf(events: readonly Event[], branch: number): number {
  return events.filter((event) => event.kind === 'close' && event.branch === branch).length;
}

function answersAfter(events: readonly Event[]): string[] {
  const node = new TestNode({ peers: ['eu'] });
  node.watchAll();
  const journal = mintJournal();
  const entries = Array.from({ length: BRANCH_COUNT }, (_, index) => entry(index + 1));
  let applied = 0;
  for (const event of events) {
    if (event.kind === 'batch') {
      const next = entries.slice(applied, applied + 1);
      node.apply('eu', { journal, from: applied, to: ++applied, entries: next });
    } else {
      const bids = entries.slice(event.branch, event.branch + 1).map(({ bid }) => bid);
      node.ask({ kind: 'close', region: 'us', replica: event.replica, bids }, 100);
    }
  }
  return entries.map(({ rid, sequence }) => {
    const branch = { id: 0, bid: '', rid, position: { journal, sequence } };
    return node.waitNow([branch]).status;
  });
}
