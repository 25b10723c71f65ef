/** What the process of `bench wait` that asks a node is asked itself, and answers. */
import type { ProcessContract } from '../demo/process-contracts.js';
import type { Usage } from './open-contracts.js';

export interface WaitContract extends ProcessContract {
  readonly setup: { readonly url: string };
  readonly ready: null;
  readonly requests: {
    readonly wake: { readonly payload: WakeSetup; readonly reply: WakeReport };
    readonly closed: { readonly payload: ClosedSetup; readonly reply: ClosedReport };
  };
}

export interface WakeSetup {
  /** Waits that one close ends. */
  readonly waiters: number;
  readonly rounds: number;
}

export interface WakeReport {
  /** From before the close was sent until a wait's answer was there, of all waits. */
  readonly latencyCounts: readonly number[];
  /** The last answer of each round. */
  readonly allWokenMs: readonly number[];
}

/** Waits for a branch that is closed: `depth` on each of a few sessions, always. */
export interface ClosedSetup {
  readonly depth: number;
  readonly durationMs: number;
}

export interface ClosedReport {
  readonly waits: number;
  readonly elapsedMs: number;
  readonly latencyCounts: readonly number[];
  readonly usage: Usage;
}
