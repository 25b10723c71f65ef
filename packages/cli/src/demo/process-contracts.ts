/** What the demo's processes are asked, and answer. Times are of `monotonicMs`. */
import type { DemoStoreName } from './stores/load-demo-store.js';

/** One kind of process: what it needs to start, what it says when it is ready, what it can be asked. */
export interface ProcessContract {
  readonly setup: unknown;
  readonly ready: unknown;
  readonly requests: Readonly<Record<string, RequestContract>>;
}

export interface RequestContract {
  readonly payload: unknown;
  readonly reply: unknown;
}

/** How a function reaches Rendezvous; absent: it does not use it. */
export interface RendezvousSetup {
  /** The nearest node, as a `ws://` URL. */
  readonly node: string;
  readonly region: string;
  readonly timeoutMs: number;
}

/** The notification queue: no part of Rendezvous, and quicker than the datastore's replication. */
export interface QueueContract extends ProcessContract {
  readonly setup: null;
  readonly ready: { readonly port: number };
  readonly requests: Readonly<Record<string, never>>;
}

/** The writer function, in eu. */
export interface WriterContract extends ProcessContract {
  readonly setup: FunctionSetup;
  readonly ready: null;
  readonly requests: {
    /** Stores the post and publishes its notification. */
    readonly write: {
      readonly payload: { readonly post: string };
      readonly reply: { readonly acknowledgedAtMs: number };
    };
    /** Stores `count` posts one after another: the median time of one. */
    readonly measure: {
      readonly payload: { readonly count: number };
      readonly reply: { readonly medianMs: number };
    };
  };
}

/** The reader function, in us. */
export interface ReaderContract extends ProcessContract {
  readonly setup: FunctionSetup & {
    /** How often a reader that found nothing looks again. */
    readonly pollMs: number;
    readonly approach: ReadApproach;
  };
  readonly ready: null;
  readonly requests: {
    /** Answered once the post's notification came and the post was read. */
    readonly read: { readonly payload: { readonly post: string }; readonly reply: ReadReport };
    /** Reads posts that were read before, `count` times one after another: the median time of one. */
    readonly measure: {
      readonly payload: { readonly count: number };
      readonly reply: { readonly medianMs: number };
    };
    /** What came of all posts so far. */
    readonly tally: {
      readonly payload: null;
      readonly reply: {
        /** Reads that went on although nobody could say whether they were safe. */
        readonly unanswered: number;
        /** Reads that the function issued, without those that merely measure when a post was there. */
        readonly readCount: number;
      };
    };
  };
}

/** What a reader does so that its post is there. */
export interface ReadApproach {
  /** From the notification to the first read. */
  readonly delayMs: number;
  /** Look again and again until the post is there, and only then go on. */
  readonly polls: boolean;
}

export interface FunctionSetup {
  readonly store: DemoStoreName;
  /** The datastore's endpoint in the function's region. */
  readonly databaseUrl: string;
  readonly queuePort: number;
  readonly concurrency: number;
  readonly rendezvous: RendezvousSetup | null;
}

export interface ReadReport {
  /** The first read returned nothing. */
  readonly stale: boolean;
  readonly timedOut: boolean;
  readonly succeededAtMs: number | null;
  /** When the wait that blocked this read was answered; null: none did. */
  readonly releasedAtMs: number | null;
}

/** Sees when a post becomes readable at the replica. */
export interface ObserverContract extends ProcessContract {
  readonly setup: {
    readonly store: DemoStoreName;
    readonly databaseUrl: string;
    /** The injected lag: no post is readable earlier after it was asked to watch it. */
    readonly lagMs: number;
  };
  readonly ready: null;
  readonly requests: {
    /**
     * Asked before the post is written, answered once it is readable. The time is that at which the
     * first successful probe was sent; null: it was the first of all, so nobody knows since when.
     */
    readonly watch: {
      readonly payload: { readonly post: string };
      readonly reply: { readonly seenAtMs: number | null };
    };
    /** The median time of one probe so far; null: there was none. */
    readonly resolution: {
      readonly payload: null;
      readonly reply: { readonly medianMs: number | null };
    };
  };
}
