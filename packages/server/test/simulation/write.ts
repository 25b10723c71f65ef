/** A write, and what the rest of the simulation needs to know of the store that it went to. */
import type { StoreDefinition } from '../../src/core/store-layout.js';

/** One write to one store, and what became of it. */
export interface Write {
  readonly bid: string;
  readonly rid: string;
  readonly store: Store;
  readonly keys: readonly string[];
  /** Where the primary's log has it, in a store with positions; undefined while it has not happened. */
  at?: { readonly lineage: Lineage; readonly index: number };
  /** The position that the client learned after the commit. */
  position?: { readonly lineage: Lineage; readonly at: number };
  /** Key → its number among the key's versions, in a store with markers; undefined as above. */
  versions?: ReadonlyMap<string, number>;
  /** The client knows that the store with markers took it. */
  isAcknowledged?: boolean;
  /** The branch that was opened for it because its acknowledgement came after its lease. */
  lateBid?: string;
  /** The client said that it failed, and a node took that in. */
  isAborted?: boolean;
}

/** One history of a primary. */
export interface Lineage {
  readonly name: string;
  readonly log: Write[];
  /** Older lineages, and up to where this one shares them. */
  readonly forks: ReadonlyMap<string, number>;
}

export interface Store {
  /** Whether a server that is at this position shows the write. Absent: the store has no positions. */
  showsAt?(position: string, write: Write): boolean;
  readonly definition: StoreDefinition;
  readonly name: string;
  /** Where the store can be read in a region, its home apart. */
  readersOf(region: string): readonly Reader[];
  /** Nothing proves any more that the write is visible: waits for it may stay `unknown`. */
  isLost(write: Write): boolean;
  /** Its branch was opened before a write that then failed: waits for it may time out. */
  isUnwritten(write: Write): boolean;
}

/** Where writes can be read. */
export interface Reader {
  readonly name: string;
  readonly isUp: boolean;
  /** Whether a read here sees the write, or a later one in its place. */
  has(write: Write): boolean;
}

/** What a restart does to a replica. */
export interface Restart {
  /** How many of its newest writes it lacks when it is back. */
  readonly lostCount: number;
  readonly downMs: number;
  /** No monitor's connection breaks. */
  readonly isQuiet: boolean;
}

export interface Replica extends Reader {
  readonly store: Store;
  readonly region: string;
  /** How far it is, for people. */
  readonly progress: string;
  stall(durationMs: number): void;
  resume(): void;
  follow(): void;
  restart(how: Restart, onReturn: () => void): void;
}
