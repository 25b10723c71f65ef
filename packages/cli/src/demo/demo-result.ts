/** What a run of the demo found out, and the part of it that scripts get. */
import type { DemoStoreName } from './stores/load-demo-store.js';
import type { Machine } from './machine.js';
import { summarize, type Summary } from './statistics.js';

/**
 * Posts a second that each of the `concurrency` lanes starts at most, however short the lag: with
 * 50 lanes the paper's rate, and what two cores bear without becoming what is measured.
 */
export const LANE_RATE_MAX = 5;

/** Writes, and reads, that the overhead is the median of. */
export const MEASURED_CALLS = 200;

/** One post: written in eu, announced, read in us. */
export interface PostOutcome {
  /** The first read returned nothing although the post was written: the inconsistency. */
  readonly stale: boolean;
  /** The read gave up waiting. */
  readonly timedOut: boolean;
  /** A wait had to block: without it the read would have been stale. */
  readonly prevented: boolean;
  /** From the write's acknowledgement in eu to the read's success in us; undefined: it never did. */
  readonly windowMs: number | undefined;
  /** From the acknowledgement to the observer's first sight; undefined: not an observed post. */
  readonly lagMs: number | undefined;
  /** From the observer's first sight to the return of the blocked wait; undefined: not observed, or not blocked. */
  readonly wakeMs: number | undefined;
}

export interface PhaseResult {
  /** Posts before the measurement: nothing of them is measured, but no read of them may be wrong. */
  readonly warmUp: readonly PostOutcome[];
  readonly posts: readonly PostOutcome[];
  /** Medians of one write and one read of visible data, one at a time on an otherwise idle system. */
  readonly writeMs: number;
  readonly readMs: number;
  /** How often the observer looked while it looked: the median time of one of its probes. */
  readonly observerResolutionMs: number | undefined;
  /** Reads that went on although nobody could say whether they were safe. */
  readonly unanswered: number;
  /** Operations on the datastore for each read: the function's, and the monitor's in its region. Absent: not counted. */
  readonly storeOpsPerRead?: number;
}

/** What people do where they have no Rendezvous, in a phase of its own. */
export interface Alternative {
  readonly name: 'sleep' | 'poll' | 'origin';
  /** What exactly, as a clause that follows the name. */
  readonly description: string;
  readonly phase: PhaseResult;
}

/** How many posts there were at a time, as a clause. */
export function describeLoad({ concurrency, postRateMax }: DemoResult): string {
  const all = postRateMax === undefined ? '' : `, at most ${postRateMax} a second of all`;
  return `at most ${concurrency} posts under way, each lane at most ${LANE_RATE_MAX} a second${all}`;
}

export interface DemoResult {
  readonly store: DemoStoreName;
  /** The datastore as people call it. */
  readonly product: string;
  /** Where the lag was injected: what follows "injected in". */
  readonly lagPlace: string;
  /** The lag that was injected. */
  readonly lagMs: number;
  readonly concurrency: number;
  /** Posts a second, of all lanes, where the store bears fewer than these start. */
  readonly postRateMax?: number | undefined;
  /** How often a reader that found nothing looked again, without Rendezvous. */
  readonly pollMs: number;
  readonly baseline: PhaseResult;
  /** Empty: none was measured. */
  readonly alternatives: readonly Alternative[];
  readonly rendezvous: PhaseResult;
  readonly machine: Machine & { readonly datastore: string };
}

/** The contract for scripts: names and shape are stable. */
export interface DemoJson {
  readonly store: string;
  readonly posts: number;
  readonly replicationLagMs: Summary;
  readonly baseline: { readonly staleReads: number; readonly windowMs: Summary };
  readonly rendezvous: {
    readonly staleReads: number;
    readonly prevented: number;
    readonly timedOut: number;
    readonly windowMs: Summary;
    readonly wakeMs: Summary;
  };
}

export function toDemoJson({ store, baseline, rendezvous }: DemoResult): DemoJson {
  const { staleReads, timedOut } = countFailures(rendezvous);
  return {
    store,
    posts: rendezvous.posts.length,
    replicationLagMs: summarize(measured([...baseline.posts, ...rendezvous.posts], 'lagMs')),
    baseline: {
      staleReads: count(baseline.posts, 'stale'),
      windowMs: summarize(measured(baseline.posts, 'windowMs')),
    },
    rendezvous: {
      staleReads,
      prevented: count(rendezvous.posts, 'prevented'),
      timedOut,
      windowMs: summarize(measured(rendezvous.posts, 'windowMs')),
      wakeMs: summarize(measured(rendezvous.posts, 'wakeMs')),
    },
  };
}

/** What must not happen with Rendezvous: the warm-up is no excuse. */
export function countFailures({ warmUp, posts }: PhaseResult): {
  readonly staleReads: number;
  readonly timedOut: number;
} {
  const all = [...warmUp, ...posts];
  return { staleReads: count(all, 'stale'), timedOut: count(all, 'timedOut') };
}

export function count(
  posts: readonly PostOutcome[],
  what: 'stale' | 'timedOut' | 'prevented',
): number {
  return posts.filter((post) => post[what]).length;
}

/** The values of one measurement, of the posts that have it. */
export function measured(
  posts: readonly PostOutcome[],
  name: 'windowMs' | 'lagMs' | 'wakeMs',
): number[] {
  return posts.map((post) => post[name]).filter((value) => value !== undefined);
}
