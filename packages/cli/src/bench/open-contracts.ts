/** What the processes of `bench open` are asked, and answer. Times are of `monotonicMs`. */
import type { ProcessContract } from '../demo/process-contracts.js';
import type { OpenJournalName } from './open-journal.js';

/** The node under load. The home of its stores is eu; nobody watches their replica in us but who asks it. */
export interface NodeContract extends ProcessContract {
  readonly setup: {
    readonly journal: OpenJournalName;
    /** Does not exist yet, and is the journal's alone. */
    readonly directory: string;
    readonly storeCount: number;
    /** Which of eu and us it serves. */
    readonly regions: readonly ('eu' | 'us')[];
    /** 0: any that is free. */
    readonly port: number;
  };
  readonly ready: { readonly url: string };
  readonly requests: {
    /** The measured interval begins. */
    readonly begin: { readonly payload: null; readonly reply: null };
    /** It is over. */
    readonly end: { readonly payload: null; readonly reply: NodeUsage };
    readonly memory: { readonly payload: null; readonly reply: NodeMemory };
  };
}

/** What a process used in the measured interval. */
export interface Usage {
  /** Of all threads, user and system. */
  readonly cpuUs: number;
  /** How long its event loop had something to do, whether or not it got a processor for it. */
  readonly activeMs: number;
}

export interface NodeUsage extends Usage {
  /** Memory that is still taken, garbage collected before and after. */
  readonly rssGrowthBytes: number;
}

export interface NodeMemory {
  readonly rssBytes: number;
  /** The most since the process began, as the system counts it. */
  readonly rssPeakBytes: number;
}

/** A load generator. */
export interface GeneratorContract extends ProcessContract {
  readonly setup: { readonly url: string; readonly connections: number };
  readonly ready: null;
  readonly requests: {
    /** Answered once every request that was sent is acknowledged. */
    readonly load: { readonly payload: LoadSetup; readonly reply: LoadReport };
  };
}

export interface LoadSetup {
  readonly depth: number;
  readonly storesPerRequest: number;
  readonly ratePerSec: number | null;
  /** No request but the first is sent after this, */
  readonly durationMs: number;
  /** or beyond so many. */
  readonly opensMax: number;
}

export interface LoadReport {
  readonly opens: number;
  /** The first request was sent, */
  readonly startedAtMs: number;
  /** and the last acknowledged. */
  readonly finishedAtMs: number;
  readonly latencyCounts: readonly number[];
  readonly usage: Usage;
}

/** How the node names the replica in us of each of its stores. */
export const REPLICA = 'us-1';

/** The name of the node's store number `index`. */
export function toStoreName(index: number): string {
  return `store-${index + 1}`;
}
