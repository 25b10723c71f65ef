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

import type { Pending, WaitStatus } from './messages.js';

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
  /**
   * Where the position lies, if that is on a line. Whatever the watermark, its relation to two
   * positions of one line must be its relation to all positions between them. With it a node need not
   * hold every open branch against every watermark, nor keep parsed positions.
   */
  coordinate?(position: P): Coordinate | undefined;
}

export interface Coordinate {
  /** Names the line: of one lineage, at most some hundred characters. */
  readonly line: string;
  /** A whole number up to 2^53 − 1; two positions of the line with the same value are the same. */
  readonly value: number;
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

/** Reads the markers that keys carry, over one connection to one endpoint of a store. */
export interface MarkerReader {
  /**
   * The marker of each key, in their order, just as its last write left it, or `''` when there is no
   * such key, or its last writer left none. At most `keyCountMax` keys at once.
   *
   * What is returned is what reads here see from now on, or something newer; so a region whose
   * reads are eventually consistent reads its markers consistently. A store that can name the
   * deletion of a key (by its version, its delete marker, its tombstone) returns that name, which is
   * never used again, and so lets deletions close. Rejects when the connection is lost.
   */
  readMarkers(keys: readonly Uint8Array[]): Promise<readonly string[]>;
  /** As `ReplicaConnection.lost`. */
  readonly lost: Promise<void>;
  /** Closes the connection. Idempotent; never rejects. */
  shutdown(): Promise<void>;
}

export interface ProbedReplica extends MarkerReader {
  /**
   * Text (1 to 4,096 characters) that changes when the replica may have been replaced by an older
   * copy of itself: rebuilt, restored, restarted without its data. What was seen before may then be
   * missing, and no marker tells, so waits for requests from before answer `unknown` (rule 21). While
   * connected it cannot change: end the connection (`lost`). Absent: it never happens here.
   */
  readonly lineage?: string;
  /**
   * Calls `listener` with keys that may just have changed here, as a hint to probe them now (a
   * change stream, a bucket's events). Hints prove nothing and may be lost. Called once.
   */
  listen?(listener: (keys: readonly Uint8Array[]) => void): Promise<void>;
}

/**
 * Probe strategy, for stores without a position to read: each write leaves a *marker*, the bid of its
 * branch, beside the data of each of its keys and atomically with it, and the monitor looks for it.
 *
 *  - A replica that shows the branch's own marker has the write.
 *  - A marker that was overwritten before any probe saw it is found by its *target*: what the key
 *    carries at the primary, read once the store acknowledged the write or can no longer be
 *    carrying it out. A replica that shows the target has the write or a later one.
 *  - A key that carries no marker at the primary then proves nothing: the write failed, or its key was
 *    deleted since, or somebody wrote past the shim. Waits for the branch answer `unknown`
 *    (`no_trace`). So does a wait for a deletion, unless the store names deletions (`readMarkers`).
 *
 * No marker is ever written twice. A driver that sends a write again, which may then be applied a second
 * time after somebody else's, leaves `<bid>.<attempt>`, say: the bid, a dot, and text of its own.
 *
 * Probes are lookups that the store may charge for. The monitor reads as few as it can: a pair of
 * scouts while nothing arrives, the rest once they have; the primary only for branches that were
 * passed over, or lag by multiples of the usual.
 */
export interface ProbeStrategy {
  readonly kind: 'probe';
  /**
   * Keys that one `readMarkers` takes at most: at least 1. Of a store without batches 1: keys that are asked
   * for together are answered together, the slowest last.
   */
  readonly keyCountMax: number;
  /** Connects to a replica. Rejects with a `RendezvousError` (`store_failed`). */
  connectReplica(target: ReplicaTarget, signal: AbortSignal): Promise<ProbedReplica>;
  /** Connects to the primary, where markers are read strongly consistent: the latest acknowledged write. */
  connectPrimary(target: ReplicaTarget, signal: AbortSignal): Promise<MarkerReader>;
}

/** How a monitor learns of visibility. */
export type VisibilityStrategy = WatermarkStrategy | SignalStrategy | ProbeStrategy;

/** What a write turned out to be. */
export interface WriteOutcome<T> {
  readonly result: T;
  /** False: nothing was written after all (a read, a rollback, no row changed): no branch. */
  readonly wrote: boolean;
  /** The store's position, read after the commit. Required of position stores when `wrote`. */
  readonly position?: string;
}

/** What the client must know of a write that leaves its marker (`ProbeStrategy`). */
export interface MarkedWrite {
  /**
   * How long the store may be carrying the write out, in ms from the call on: 1 to 900,000. The
   * driver's own deadline, retries included, or more: a write that is acknowledged later costs a second open.
   */
  readonly leaseMs: number;
  /**
   * The marker that the write leaves, where it was chosen before and is another than the bid of its
   * branch (an upload in parts has it from its start): a ULID of its own.
   */
  readonly marker?: string;
  /**
   * Whether this rejection proves that nothing was written and nothing will be: a refused condition,
   * a validation error. A time-out or a broken connection proves nothing; nor does a refused condition
   * after an attempt that was not answered, which may have been the one to change it. When in doubt, false.
   */
  isCertainFailure(error: unknown): boolean;
}

export interface WriteOperation<T> {
  /**
   * Keys that the write touches; absent: those of `rv.with({ key })`, else the whole store. Required
   * of a marked write, 1 to 100 of them: the monitor looks for the marker at each.
   */
  readonly keys?: readonly Uint8Array[];
  /** The region that takes the write, for multi-active stores. Default: the store's home. */
  readonly home?: string;
  /**
   * Present: the write leaves its marker, `bid`, at each key. Its branch then opens together with
   * the write, and not after it.
   */
  readonly marked?: MarkedWrite;
  /**
   * Performs the write. `bid` is the id that its branch will have, for stores that send it along
   * with the write; `''` when no branch will be opened. A marked write outside of a request has a
   * marker all the same, so that those who wait for what it overwrites are told; `''` leaves none. A rejection is the datastore's and reaches
   * the caller unchanged.
   */
  execute(bid: string): Promise<WriteOutcome<T>>;
}

/** What a node said to a wait, or what stands for it where no node was asked. */
export interface WaitResult extends EndedWait {
  readonly status: WaitStatus;
  readonly waitedMs: number;
  /**
   * What is not, or not certainly, visible. `reason` is one of the protocol's, or
   * `bookmark_incomplete`, `unreachable`, `disabled`, or the error code that the node answered.
   */
  readonly pending: readonly Pending[];
  /** A position of the store at or above every write that the wait covers; `''` unless it was asked for. */
  readonly position: string;
}

/** Asks the node for a position that a server must show. Resolves by `timeoutMs` and 250 ms at the latest. */
export type AskPosition = (timeoutMs: number) => Promise<WaitResult>;

/** Ended as `consistent` says that the read was served, with `result`; else nothing was read. */
export interface CheckedRead<T> extends WaitResult {
  readonly result?: T;
}

/**
 * Whose word a read counts on: `region`, the node's, which watches the region's replicas; `connection`,
 * beside that the server's that the read's own connection leads to; `auto`: `connection` once several
 * servers were seen to answer, else `region`.
 */
export type Verify = 'auto' | 'region' | 'connection';

/** How the wait before a read ended. */
export interface EndedWait {
  /** It had to block: without it the read would have been stale. */
  readonly prevented: boolean;
  /**
   * How long ago, at least, the last covered branch closed here, in ms, on the node's clock. Says
   * nothing in the store's home, where branches have no state.
   */
  readonly closedAgoMs: number;
}

export interface ReadOperation<T> {
  /** Keys that the read names; absent: those of `rv.with({ key })`, else the whole store. */
  readonly keys?: readonly Uint8Array[];
  /** The read is served by the primary of the store: it sees every write and never waits. */
  readonly fromPrimary: boolean;
  /** The read may be issued before the wait ends and issued again: one autocommit statement without side effects. */
  readonly repeatable: boolean;
  /** How long it may wait where nobody set `timeoutMs`: 0 to 900,000. Default: as all stores. */
  readonly defaultTimeoutMs?: number;
  /**
   * Present: no monitor can say when this read sees a write, for this reason (a secondary index that
   * follows its table later). Where there is anything to wait for, the read ends as `unknown`.
   */
  readonly uncovered?: string;
  /**
   * Issues the read. Called once, or twice if `repeatable`. `ended` is present when a wait proved that
   * everything covered is visible: a store whose reads may be staler than what its monitor sees then
   * asks for a strong one.
   */
  execute(ended?: EndedWait): Promise<T>;
  /**
   * Present: the node's word for the region does not do for this read (`StoreHandle.verify`). Called in
   * the place of the wait and of `execute`: it asks for a position, perhaps again where the node could
   * not name one at once, and reads where the server shows it, all within `timeoutMs` (0: once).
   */
  readonly check?: (ask: AskPosition, timeoutMs: number) => Promise<CheckedRead<T>>;
  /** Issues the read at the origin given in the store's options (policy `origin`); absent: not possible here. */
  executeAtOrigin?(origin: unknown): Promise<T>;
}

/** A named store as a shim sees it: `rv.store(name, options)`. Made by the client package. */
export interface StoreHandle {
  readonly namespace: string;
  readonly store: string;
  /** The region whose replica this client reads. */
  readonly region: string;
  /** With `connection` a read without `check` ends as `unknown` where there is anything to wait for. */
  readonly verify: Verify;
  /** False inside `mode: 'off'`, or when disabled: the shim may skip all its own work. */
  readonly active: boolean;
  /**
   * Whether a read that is issued now has nothing to wait for: it is counted then, and the shim may
   * leave it to the bare client. False: call `read`.
   */
  passRead(): boolean;
  /**
   * Runs a write and opens its branch. Resolves with the write's own result, once the open is
   * acknowledged or `openTimeoutMs` passed; never rejects because of Rendezvous once the write was
   * accepted. With `strictWrites` it rejects (`open_refused`) before `execute` when no open is possible.
   */
  write<T>(operation: WriteOperation<T>): Promise<T>;
  /** Runs a read that sees every write its bookmark covers, or ends as the store's policies say. */
  read<T>(operation: ReadOperation<T>): Promise<T>;
}
