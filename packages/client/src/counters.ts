import type { WaitStatus } from '@rendezvous/protocol';

/** What happened since the client was created. Everything that is not an error to the caller is here. */
export interface Counters {
  /** Waits of reads and of `rv.wait`, by answer. Those of `observe` are not among them. */
  readonly waits: Readonly<Record<WaitStatus, number>>;
  /** Waits that had to block: without them the read would have been stale. */
  readonly prevented: number;
  /** Reads issued together with their wait whose result was valid. */
  readonly speculationsAccepted: number;
  /** ... and those that had to be issued again. */
  readonly speculationsRepeated: number;
  /** Reads under `observe` with something to wait for. */
  readonly observed: number;
  /** ... of which these would have been stale. */
  readonly observedStale: number;
  /** ... and of these nothing is known. */
  readonly observedUnknown: number;
  /** Reads without a bookmark (`onMissing`). */
  readonly missing: number;
  /** Reads whose wait answered `unknown`, or whose node was unreachable (`onUnavailable`). */
  readonly unavailable: number;
  /** Reads that a policy sent to the origin. */
  readonly originReads: number;
  /** Reads that threw because a policy says `requeue`. */
  readonly requeuedReads: number;
  /** Branches opened, acknowledged or not. */
  readonly opens: number;
  /** Opens not acknowledged within `openTimeoutMs`: the bookmark is incomplete until they are. */
  readonly opensUnacknowledged: number;
  /** Opens never acknowledged: refused by the node, too many, or retried for too long. */
  readonly opensGivenUp: number;
  /** Writes that `strictWrites` refused. */
  readonly writesRefused: number;
  /** Writes outside any `run`: nothing could have carried their bookmark. */
  readonly writesOutsideRun: number;
  /** Bookmarks that a carrier could not take, or that came in and could not be used. */
  readonly bookmarksDropped: number;
  /** ... by carrier, then by what became of them. `baggage` is always there, others once they dropped one. */
  readonly bookmarksDroppedBy: Readonly<Record<string, Readonly<Record<DropReason, number>>>>;
  /** Sessions with a node that were established. */
  readonly connects: number;
}

/**
 * Why a bookmark did not arrive whole: the carrier took a mark that everything is unknown instead; it
 * took nothing; what was to go in, or came out, was no bookmark of this namespace.
 */
export type DropReason =
  'inject_incomplete_only' | 'inject_dropped' | 'inject_invalid' | 'extract_invalid';

/** The names of the counters that are plain numbers. */
export type CounterName = Exclude<keyof Counters, 'waits' | 'bookmarksDroppedBy'>;

/** The carrier of bookmarks whose caller names none. */
export const CARRIER_DEFAULT = 'baggage';

export interface CounterSet {
  add(name: CounterName): void;
  addWait(status: WaitStatus, prevented: boolean): void;
  addDropped(carrier: string, reason: DropReason): void;
  snapshot(): Counters;
}

export function createCounters(): CounterSet {
  const waits: Record<WaitStatus, number> = { consistent: 0, timed_out: 0, unknown: 0 };
  const droppedBy: Record<string, Record<DropReason, number>> = {
    [CARRIER_DEFAULT]: noneDropped(),
  };
  const counts: Record<CounterName, number> = {
    prevented: 0,
    speculationsAccepted: 0,
    speculationsRepeated: 0,
    observed: 0,
    observedStale: 0,
    observedUnknown: 0,
    missing: 0,
    unavailable: 0,
    originReads: 0,
    requeuedReads: 0,
    opens: 0,
    opensUnacknowledged: 0,
    opensGivenUp: 0,
    writesRefused: 0,
    writesOutsideRun: 0,
    bookmarksDropped: 0,
    connects: 0,
  };
  return {
    add(name) {
      counts[name] += 1;
    },
    addWait(status, prevented) {
      waits[status] += 1;
      if (prevented) counts.prevented += 1;
    },
    addDropped(carrier, reason) {
      counts.bookmarksDropped += 1;
      (droppedBy[carrier] ??= noneDropped())[reason] += 1;
    },
    snapshot: () => structuredClone({ ...counts, waits, bookmarksDroppedBy: droppedBy }),
  };
}

function noneDropped(): Record<DropReason, number> {
  return { inject_incomplete_only: 0, inject_dropped: 0, inject_invalid: 0, extract_invalid: 0 };
}
