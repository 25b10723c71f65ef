/**
 * What an adapter brings so that the conformance suite can run against its datastore.
 *
 * The suite (`create-conformance-suite.ts`) checks the store contract (`store-contract.ts` in the
 * package `protocol`) on the real thing: the harness starts the real datastore with real replication
 * and a lag gate; the suite puts a real node, real clients and real monitors around it. Nothing here
 * may pretend: a lag gate delays or holds replication, it does not hide rows from readers.
 *
 * A store is used as a table of texts by key, which every datastore can be. What a datastore cannot
 * do is said with a reason (`NotApplicable`), and the suite shows that reason in the case's title:
 * nothing is left out in silence.
 */
import type { StoreHandle, VisibilityStrategy } from '@rendezvous/protocol';

/** Said in place of what a datastore does not have, with the reason. */
export interface NotApplicable {
  readonly notApplicable: string;
}

/** `C`: the adapter's own client. `S`: its own running store. The suite hands both back as they came. */
export interface ConformanceHarness<
  C extends ConformanceClient = ConformanceClient,
  S extends RunningStore = RunningStore,
> {
  /** Datastore and driver, for the printed lines: `PostgreSQL 18.4 through pg`. */
  readonly name: string;
  /** The adapter's strategy. The suite gives it to nodes and monitors. */
  readonly strategy: VisibilityStrategy;
  /**
   * Starts a datastore of its own, empty, with `replicaCount` replicas (1 or 2; 2 only if
   * `severalReplicas` is `true`), and resolves once they follow the primary.
   */
  startStore(options: { readonly replicaCount: number }): Promise<S>;
  /**
   * Connects a client. With a `handle` it is wrapped by the adapter's shim, without one it is the
   * bare driver. Under load it uses `connectionCount` connections: a pool where the driver has one.
   */
  connect(options: ConnectOptions): Promise<C>;

  /** Every way to write that the driver has. Each leaves `value` under `key`, and is one branch. */
  readonly writes: readonly ConformanceWrite<C>[];
  /** Other calls that are one branch each: deletes, schema changes, several keys. May need nothing that is there. */
  readonly otherWrites: readonly ConformanceCall<C>[];
  /** Calls that read, or do neither: no branch. */
  readonly reads: readonly ConformanceCall<C>[];
  /** Calls that the datastore or the driver refuses, and that write nothing. */
  readonly failures: readonly ConformanceCall<C>[];
  /** A transaction that puts `value` under `key` and is rolled back. */
  readonly rollback:
    { run(client: C, key: string, value: string): Promise<unknown> } | NotApplicable;
  /** The key by which branches and waits name what is under `key`. Default: the same text. */
  readonly toKey?: (key: string) => string;
  /** How many branches a case opens at a time. Default 10,000; less where these take the store a minute. */
  readonly manyCount?: number;
  /** Calls whose keys the shim finds by itself. */
  readonly keys: { readonly calls: readonly ConformanceKeyedCall<C>[] } | NotApplicable;
  /** Whether a monitor can tell that a deletion has arrived. Default `true`. */
  readonly deletions?: true | NotApplicable;
  /** Lets what is under `key` expire in `afterMs`. */
  readonly expiry:
    { expire(client: C, key: string, afterMs: number): Promise<unknown> } | NotApplicable;

  /** Whether `startStore` can start two replicas. */
  readonly severalReplicas: true | NotApplicable;
  /**
   * Makes the first replica a primary, on a lineage of its own, without what it has not got yet:
   * the suite holds replication before. The old primary may go on.
   */
  readonly promotion: { promote(store: S): Promise<void> } | NotApplicable;
  /**
   * Starts the first replica again from a copy of its data that is older than what it has. `keep`
   * makes the copy (nothing, where a restarted replica is empty); `restore` resolves once the server
   * accepts connections. The suite holds replication through the lag gate meanwhile: the replica
   * shows the copy until `resume`, or no data at all.
   */
  readonly olderCopy:
    { keep(store: S): Promise<void>; restore(store: S): Promise<void> } | NotApplicable;
  /**
   * How many operations monitors have asked of the datastore so far, primary and replicas together:
   * statements, commands, requests. Only differences count.
   */
  readonly monitorOperations: { count(store: S): Promise<number> } | NotApplicable;
}

export interface ConnectOptions {
  readonly url: string;
  /** Absent: the bare driver. */
  readonly handle?: StoreHandle;
  readonly connectionCount: number;
}

/** Texts by key, on one server. Rejections are the driver's own. */
export interface ConformanceClient {
  /** One autocommit write, also over what is there. */
  put(key: string, value: string): Promise<unknown>;
  /** One read. Undefined: nothing there. */
  get(key: string): Promise<string | undefined>;
  /** One autocommit write. */
  remove(key: string): Promise<unknown>;
  /** Never rejects, also when the server is gone. */
  shutdown(): Promise<void>;
}

/** One call of a driver, with a title such as `INSERT, prepared`. */
export interface ConformanceCall<C> {
  readonly title: string;
  /** `key` is one that no other call was given. */
  run(client: C, key: string): Promise<unknown>;
}

export interface ConformanceWrite<C> {
  readonly title: string;
  run(client: C, key: string, value: string): Promise<unknown>;
}

export interface ConformanceKeyedCall<C> {
  readonly title: string;
  run(client: C): Promise<unknown>;
  /** As texts; undefined: the call names none, and stands for the whole store. */
  readonly keys: readonly string[] | undefined;
}

/** A datastore that `startStore` started. */
export interface RunningStore {
  readonly primary: RunningServer;
  /** As many as were asked for. */
  readonly replicas: readonly RunningReplica[];
  /** Ends every process and removes what they wrote. Idempotent. */
  shutdown(): Promise<void>;
}

export interface RunningServer {
  /** What clients and monitors connect to. The same after every start. */
  readonly url: string;
  /** Ends the server in order. Idempotent. */
  stop(): Promise<void>;
  /** Ends the server as a crash does. Idempotent. */
  kill(): Promise<void>;
  /** Starts it again, with the data that it keeps over a restart; resolves once it accepts connections. */
  start(): Promise<void>;
}

export interface RunningReplica extends RunningServer {
  readonly lag: ReplicationGate;
  /** Breaks every connection of clients and monitors at this server, once; it accepts new ones. */
  disconnectClients(): Promise<void>;
}

/** Slows or holds the real replication from the primary to one replica. */
export interface ReplicationGate {
  /** Writes become visible at the replica `ms` after they were made. */
  setDelay(ms: number): Promise<void>;
  /** Resolves once the replica certainly applies nothing more. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}
