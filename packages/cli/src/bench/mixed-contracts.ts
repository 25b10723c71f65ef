/** What the processes of `bench mixed` are asked, and answer. */
import type { FunctionSetup, ProcessContract } from '../demo/process-contracts.js';
import type { OpenLoop } from './open-loop.js';
import type { Latencies, SecondReport } from './second-log.js';

/** The writers, in eu. */
export interface MixedWriterContract extends ProcessContract {
  readonly setup: FunctionSetup;
  readonly ready: null;
  readonly requests: {
    /** Stores posts and publishes each. */
    readonly run: {
      readonly payload: OpenLoop;
      readonly reply: { readonly writes: SecondReport; readonly late: Latencies };
    };
  };
}

/** The readers, in us. */
export interface MixedReaderContract extends ProcessContract {
  readonly setup: FunctionSetup;
  readonly ready: null;
  readonly requests: {
    /** Reads posts whose notifications came: a share of them the newest, the others any. */
    readonly run: {
      readonly payload: OpenLoop & { readonly freshShare: number };
      readonly reply: MixedReadReport;
    };
  };
}

export interface MixedReadReport {
  /** Reads whose wait did not block. */
  readonly reads: SecondReport;
  /** ... and those whose wait did. */
  readonly blockedReads: SecondReport;
  /** Reads that returned nothing though the post was written. */
  readonly staleReads: number;
  readonly timedOut: number;
  /** Reads that went on although nobody could say whether they were safe. */
  readonly unanswered: number;
  /** How long after they were due operations started. */
  readonly late: Latencies;
}
