/** What the demo's processes are asked, and answer. Times are of `monotonicMs`. */

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
  readonly setup: FunctionSetup & { readonly pollMs: number };
  readonly ready: null;
  readonly requests: {
    /** Answered once the post's notification came and the post was read. */
    readonly read: { readonly payload: { readonly post: string }; readonly reply: ReadReport };
    /** Reads posts that were read before, `count` times one after another: the median time of one. */
    readonly measure: {
      readonly payload: { readonly count: number };
      readonly reply: { readonly medianMs: number };
    };
    /** How its waits ended since the start. */
    readonly counters: {
      readonly payload: null;
      readonly reply: { readonly prevented: number; readonly unanswered: number };
    };
  };
}

export interface FunctionSetup {
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

/** Looks at the replica all the time, on a connection of its own. */
export interface ObserverContract extends ProcessContract {
  readonly setup: { readonly databaseUrl: string };
  readonly ready: null;
  readonly requests: {
    /** Answered once the post is there; the time is that at which the successful probe was sent. */
    readonly watch: {
      readonly payload: { readonly post: string };
      readonly reply: { readonly seenAtMs: number };
    };
    /** The median time of one probe so far; null: there was none. */
    readonly resolution: {
      readonly payload: null;
      readonly reply: { readonly medianMs: number | null };
    };
  };
}
