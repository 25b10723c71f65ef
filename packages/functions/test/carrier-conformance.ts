/** What every carrier promises, as tests. `message-carrier.ts` says it in words. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Rendezvous } from '@rendezvous/client';
import type { MessageCarrier } from '../src/carriers/message-carrier.js';
import { BOOKMARK, FOREIGN, FUTURE, MERGED, OTHER, createCarrying } from './bookmarks.js';

export interface CarrierUnderTest<Outgoing extends object, Incoming> {
  readonly title: string;
  readonly carrier: MessageCarrier<Outgoing, Incoming>;
  /** A message without a bookmark. */
  readonly message: Outgoing;
  /** The message with this baggage, as somebody else would have put it there. */
  readonly withBaggage: (baggage: string) => Outgoing;
  /** What the receiver gets of a message. */
  readonly deliver: (message: Outgoing) => Incoming;
  /** A message so large that it has this much room left. Absent: nothing limits it. */
  readonly withRoom?: (roomBytes: number) => Outgoing;
  /** What the carrier adds for a mark that everything is unknown (22 characters), at least. */
  readonly markBytes?: number;
}

/** Runs the suite. */
export function testCarrier<Outgoing extends object, Incoming>(
  subject: CarrierUnderTest<Outgoing, Incoming>,
): void {
  const { carrier, message, deliver, withBaggage } = subject;
  const inject = (rv: Rendezvous, bare: Outgoing, bookmark: string = BOOKMARK): Outgoing =>
    rv.run(bookmark, () => carrier.inject(rv, bare));
  const droppedBy = (rv: Rendezvous): unknown => rv.counters.bookmarksDroppedBy[carrier.name];

  describe(subject.title, () => {
    test('a bookmark arrives, and the message that was given stays as it was', () => {
      const rv = createCarrying();
      const before = structuredClone(message);
      const carrying = inject(rv, message);
      expect(carrier.extract(rv, deliver(carrying))).toBe(BOOKMARK);
      expect(message).toEqual(before);
      expect(rv.counters.bookmarksDropped).toBe(0);
    });

    test('with nothing to carry the message itself is sent', () => {
      const rv = createCarrying();
      expect(carrier.inject(rv, message)).toBe(message);
      expect(rv.run(undefined, () => carrier.inject(rv, message))).toBe(message);
    });

    test('other members of the baggage stay, and an older bookmark goes', () => {
      const rv = createCarrying();
      const carrying = inject(rv, withBaggage(`a=1,rendezvous=${OTHER},b=2`));
      expect(carrying).toEqual(inject(rv, withBaggage('a=1,b=2')));
      expect(JSON.stringify(carrying)).not.toContain(OTHER);
      expect(carrier.extract(rv, deliver(carrying))).toBe(BOOKMARK);
    });

    test('a message that is sent on carries what both requests wrote', () => {
      const rv = createCarrying();
      const first = carrier.extract(rv, deliver(inject(rv, message)));
      const second = rv.run([first, OTHER], () => carrier.inject(rv, message));
      expect(carrier.extract(rv, deliver(second))).toBe(MERGED);
    });

    test('an event without a bookmark has none, and nothing is counted', () => {
      const rv = createCarrying();
      expect(carrier.extract(rv, deliver(message))).toBeUndefined();
      expect(carrier.extract(rv, deliver(withBaggage('a=1')))).toBeUndefined();
      expect(rv.counters.bookmarksDropped).toBe(0);
    });

    test.each([
      ['another namespace', FOREIGN],
      ['a version from the future', FUTURE],
      ['no known form', 'nonsense'],
    ])('a bookmark of %s is missing, and counted', (_what, value) => {
      const rv = createCarrying();
      expect(carrier.extract(rv, deliver(withBaggage(`rendezvous=${value}`)))).toBeUndefined();
      expect(droppedBy(rv)).toMatchObject({ extract_invalid: 1 });
    });

    test('where the baggage is full, the message goes as it is, and that is counted', () => {
      const rv = createCarrying();
      const full = withBaggage(Array.from({ length: 64 }, (_, index) => `k${index}=v`).join(','));
      expect(inject(rv, full)).toBe(full);
      expect(droppedBy(rv)).toMatchObject({ inject_dropped: 1 });
    });

    test('several messages of one call carry it each', () => {
      const rv = createCarrying();
      const all = rv.run(BOOKMARK, () => carrier.injectAll(rv, [message, message]));
      expect(all.map((each) => carrier.extract(rv, deliver(each)))).toEqual([BOOKMARK, BOOKMARK]);
    });

    test('nothing makes it throw', () => {
      const rv = createCarrying();
      const anything = fc.anything({ withBigInt: true, withNullPrototype: true });
      fc.assert(
        fc.property(anything, (value) => {
          inject(rv, value as Outgoing);
          rv.run(BOOKMARK, () => carrier.injectAll(rv, [value as Outgoing]));
          carrier.extract(rv, value as Incoming);
        }),
      );
    });

    if (subject.withRoom) testLimits(subject, subject.withRoom);
  });
}

function testLimits<Outgoing extends object, Incoming>(
  { carrier, deliver, markBytes = 60 }: CarrierUnderTest<Outgoing, Incoming>,
  withRoom: (roomBytes: number) => Outgoing,
): void {
  test('a message at the limit of its service goes as it is, and that is counted', () => {
    const rv = createCarrying();
    const full = withRoom(0);
    expect(rv.run(BOOKMARK, () => carrier.inject(rv, full))).toBe(full);
    expect(rv.counters.bookmarksDroppedBy[carrier.name]).toMatchObject({ inject_dropped: 1 });
  });

  test('where only the mark that all is unknown has room, that goes', () => {
    const rv = createCarrying();
    const carrying = rv.run(BOOKMARK, () => carrier.inject(rv, withRoom(markBytes)));
    const arrived = carrier.extract(rv, deliver(carrying));
    expect(arrived).toMatch(/^1~default~.*\*$/);
    expect(rv.counters.bookmarksDroppedBy[carrier.name]).toMatchObject({
      inject_incomplete_only: 1,
    });
  });

  test('messages of one call share its limit', () => {
    const rv = createCarrying();
    const nearlyFull = withRoom(0);
    const all = rv.run(BOOKMARK, () => carrier.injectAll(rv, [nearlyFull, nearlyFull]));
    expect(all).toEqual([nearlyFull, nearlyFull]);
    expect(rv.counters.bookmarksDropped).toBe(2);
  });
}
