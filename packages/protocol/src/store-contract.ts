/**
 * The contract between a datastore adapter and the rest of Rendezvous.
 *
 * An adapter brings two things. Its *shim* wraps the datastore's client and runs in the function: it
 * hands every write and every read to a `StoreHandle` (from the client package), which opens
 * branches and waits. Its *visibility strategy* runs in a monitor: it says how far a replica is.
 * Both talk about *positions*, in the datastore's own notation (an LSN, a GTID set, an offset);
 * nobody but the adapter's `PositionOrder` looks inside one.
 *
 * What an adapter must guarantee, all the time:
 *  - One branch for each autocommit write and for each transaction that committed something; none for
 *    a read, a rollback, or a write that the datastore refused. When in doubt a statement is a write:
 *    a branch too many costs a wait, a branch too few costs consistency.
 *  - A write that the datastore accepted is reported with a position at or above its commit, read on
 *    its own connection after the commit. One that cannot be had is left out, never guessed: such a
 *    branch may stay open, and its waits end by their policy.
 *  - A watermark is reported only after reads at that replica see everything at or below it, on any of
 *    its connections. When in doubt the replica is behind.
 *  - Keys are named only when the call touches no others; else the whole store is meant.
 *  - The caller gets the driver's own results and errors, unchanged, in its own order.
 *
 * When something fails:
 *  - Whether a write whose connection broke was accepted is not known: it is reported as written, without
 *    a position, and its rejection reaches the caller.
 *  - A monitor's connection that is lost, or a replica that cannot say how far it is, rejects; it never
 *    repeats its last answer. `lost` resolves as soon as the adapter can know.
 *  - A replica that restarts, is rebuilt, or is restored from an older copy may be behind what it showed
 *    before. The adapter need not notice: every such event ends the connections to it, and the monitor's
 *    next one starts from a barrier, a position of the primary that was read after it (rules 11, 21).
 *    Where the event does not end connections, the adapter ends them.
 *  - A failover forks the history: a position names its lineage, and a watermark says which others it
 *    shares, and up to where. What lies beyond is `cut_off`, or `pending` if it cannot be told, and never
 *    `reached` (rule 10). The primary's position is refused (`store_failed`) where a replica answers.
 *
 * How it resumes: by nothing that it kept. A new connection answers from scratch, and so do two at a
 * time: no order among monitors, no state between connections, no branch that only a certain one of
 * them could close. Signals that were missed are found by the watermark (rule 13).
 *
 * What it need not care for: retries of opens, deadlines, policies, bookmarks, reconnecting.
 *
 * `@rendezvous/stores/conformance` checks all of this against the real datastore.
 */

/** How a branch's position stands to a replica's watermark. */
export type PositionRelation =
  /** The replica has everything up to the position. */
  | 'reached'
  /** Not yet, or it cannot be told. */
  | 'pending'
  /** A failover cut the position off: this replica will never have it. */
  | 'cut_off';

/** Pure comparison of one datastore's positions. `P` is the parsed form, opaque to everyone else. */
export interface PositionOrder<P = unknown> {
  /** The parsed position, or undefined if `text` is none. Never throws. */
  parse(text: string): P | undefined;
  relation(position: P, watermark: P): PositionRelation;
}

/** A connection of a monitor to one replica. */
export interface ReplicaConnection {
  /**
   * The position up to which reads at this replica see every commit. Rejects when the connection
   * is lost or the replica cannot answer; the monitor then connects anew.
   *
   * With `waitMs` the replica may hold its answer back until the position is another than this
   * connection told last, for at most so long: one question instead of many. Not every store can;
   * it then answers at once.
   */
  readWatermark(waitMs?: number): Promise<string>;
  /**
   * Resolves (never rejects) as soon as the connection is known to be over, so that nothing is
   * answered any more by what it said last (rule 21).
   */
  readonly lost: Promise<void>;
  /** Closes the connection. Idempotent; never rejects. */
  shutdown(): Promise<void>;
}

/** A replica as a monitor sees it. */
export interface ReplicaTarget {
  /** A URL. */
  readonly endpoint: string;
  readonly namespace: string;
  readonly store: string;
}

/** Watermark strategy: one replica position closes every branch at or below it. */
export interface WatermarkStrategy {
  readonly kind: 'watermark';
  readonly order: PositionOrder;
  /** Connects to a replica. Rejects with a `RendezvousError` (`store_failed`). */
  connectReplica(target: ReplicaTarget, signal: AbortSignal): Promise<ReplicaConnection>;
  /** The current position of the store's primary at `endpoint` (a URL), read now. */
  readPrimary(endpoint: string, signal: AbortSignal): Promise<string>;
}

/** A connection to a replica that announces writes by itself. */
export interface SignallingReplica extends ReplicaConnection {
  /**
   * Calls `listener` with the bids that the replica announces from now on, each only once reads at
   * this replica see its write. Called once, before the first `readWatermark`.
   */
  listen(listener: (bids: readonly string[]) => void): Promise<void>;
}

/**
 * Signal strategy: the replica announces each write, in the order of its replication, so that nobody
 * polls. Signals are hints that may be lost (rule 13): the watermark, read less often, finds what
 * they missed.
 */
export interface SignalStrategy extends Omit<WatermarkStrategy, 'kind' | 'connectReplica'> {
  readonly kind: 'signal';
  /** Connects to a replica. Rejects with a `RendezvousError` (`store_failed`). */
  connectReplica(target: ReplicaTarget, signal: AbortSignal): Promise<SignallingReplica>;
}

/** How a monitor learns of visibility. Probes come with the first store that has no position. */
export type VisibilityStrategy = WatermarkStrategy | SignalStrategy;

/** What a write turned out to be. */
export interface WriteOutcome<T> {
  readonly result: T;
  /** False: nothing was written after all (a read, a rollback, no row changed): no branch. */
  readonly wrote: boolean;
  /** The store's position, read after the commit. Required of position stores when `wrote`. */
  readonly position?: string;
}

export interface WriteOperation<T> {
  /** Keys that the write touches; absent: those of `rv.with({ key })`, else the whole store. */
  readonly keys?: readonly Uint8Array[];
  /**
   * Performs the write. `bid` is the id that its branch will have, for stores that send it along
   * with the write; `''` when no branch will be opened. A rejection is the datastore's and reaches
   * the caller unchanged.
   */
  execute(bid: string): Promise<WriteOutcome<T>>;
}

export interface ReadOperation<T> {
  /** Keys that the read names; absent: those of `rv.with({ key })`, else the whole store. */
  readonly keys?: readonly Uint8Array[];
  /** The read is served by the primary of the store: it sees every write and never waits. */
  readonly fromPrimary: boolean;
  /** The read may be issued before the wait ends and issued again: one autocommit statement without side effects. */
  readonly repeatable: boolean;
  /** Issues the read. Called once, or twice if `repeatable`. */
  execute(): Promise<T>;
  /** Issues the read at the origin given in the store's options (policy `origin`); absent: not possible here. */
  executeAtOrigin?(origin: unknown): Promise<T>;
}

/** A named store as a shim sees it: `rv.store(name, options)`. Made by the client package. */
export interface StoreHandle {
  readonly namespace: string;
  readonly store: string;
  /** The region whose replica this client reads. */
  readonly region: string;
  /** False inside `mode: 'off'`, or when disabled: the shim may skip all its own work. */
  readonly active: boolean;
  /**
   * Runs a write and opens its branch. Resolves with the write's own result, once the open is
   * acknowledged or `openTimeoutMs` passed; never rejects because of Rendezvous once the write was
   * accepted. With `strictWrites` it rejects (`open_refused`) before `execute` when no open is possible.
   */
  write<T>(operation: WriteOperation<T>): Promise<T>;
  /** Runs a read that sees every write its bookmark covers, or ends as the store's policies say. */
  read<T>(operation: ReadOperation<T>): Promise<T>;
}
