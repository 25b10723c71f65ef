/** What the functions of `bench overhead` are asked, and answer. */
import type { Attributes } from '../demo/application.js';
import type { ProcessContract } from '../demo/process-contracts.js';
import type { DemoStoreName } from '../demo/stores/load-demo-store.js';

/**
 * What is compared: two bare clients, as they write and as they read, and one as it reads alone and beside a
 * ping of the node; or a wrapped one and a bare one, as they write, read without a bookmark, and read with one
 * whose branch is closed here.
 */
export type OverheadMeasure =
  'controlWrite' | 'controlRead' | 'controlPing' | 'write' | 'read' | 'readClosed';

/** A post that was written, and the bookmark that covers it. */
export interface WrittenPost {
  readonly post: string;
  readonly attributes: Attributes;
}

/** A function: a bare client, another one, and a wrapped one. */
export interface FunctionContract extends ProcessContract {
  readonly setup: {
    readonly store: DemoStoreName;
    readonly databaseUrl: string;
    readonly node: string;
    readonly region: string;
  };
  readonly ready: null;
  readonly requests: {
    /** Writes posts through the wrapped client. */
    readonly prepare: {
      readonly payload: { readonly count: number };
      readonly reply: readonly WrittenPost[];
    };
    /** Resolves once every post is visible in the function's region. */
    readonly await: {
      readonly payload: { readonly posts: readonly WrittenPost[] };
      readonly reply: null;
    };
    readonly measure: {
      readonly payload: MeasurePayload;
      readonly reply: OverheadTimes;
    };
  };
}

export interface MeasurePayload {
  readonly measure: OverheadMeasure;
  /** Operations of either client that count; some before them warm up. */
  readonly count: number;
  /** Those to read; a write does not need any. */
  readonly posts: readonly WrittenPost[];
}

/** In the order of the operations; `wrapped` is the second bare client for a control. */
export interface OverheadTimes {
  readonly bareMs: readonly number[];
  readonly wrappedMs: readonly number[];
}
