/**
 * One write that must become visible in a set of places, and the join that is its state.
 *
 *            close, watermark, report, abort
 *    OPEN ─────────────────────────────────────▶ CLOSED        per place, never back (rule 1)
 *
 * A branch lives in the table of every node that has a copy of its open. `spots` says in which
 * journals, and where: a bookmark covers the branch if it includes the rid and reaches one of them
 * (rule 18).
 */
import type { JournalPosition } from '@rendezvous/protocol';
import type { Queued } from './deadline-queue.js';
import type { StoreLayout } from './store-layout.js';

/** What the runtime needs for a key besides its bytes. */
const KEY_OVERHEAD_BYTES = 128;

/** Keys as bytes or as texts. */
type Keys = readonly { readonly length: number }[];

/** Its ids, names and framing. */
const ENTRY_BYTES = 120;

export interface Branch {
  readonly bid: string;
  readonly rid: string;
  readonly layout: StoreLayout;
  /** As text (`toKeyText`): a seventh of what an array of bytes takes. */
  readonly keys: readonly string[];
  /** The store's position after the write, in its own notation; `''` when there is none. */
  readonly position: string;
  /** `position`, parsed by the store's order; undefined when no watermark can ever reach it. */
  readonly parsedPosition: unknown;
  /** The marker that the write carries, if it is not the bid; else `''`. */
  readonly marker: string;
  readonly insertedAtMs: number;
  spots: readonly JournalPosition[];
  /** Places that must see the write. On a node with only a copy: those that it serves. */
  named: number;
  /** Places that have it: a subset of `named`. */
  closed: number;
  /** Served replicas that will never have it: a failover cut its position off (rule 10). */
  cutOff: number;
  /** Served replicas whose primary shows nothing of the write, though it is overdue (rule 14). */
  noTrace: number;
  /** Of a store with markers: set while the write may be under way (rule 19). */
  lease: Lease | undefined;
  /** The client said that the write failed: nothing to wait for, anywhere. */
  aborted: boolean;
  /** The own journal's entry is on its way out. */
  collected: boolean;
  /** Closes told to other journals' owners that they have not acknowledged yet. */
  reportsOwed: number;
}

/** While the write of a store with markers may be under way; `leases.ts` has its rules. */
export interface Lease extends Queued {
  readonly branch: Branch;
  /** How long the write may be under way, from the open on. */
  readonly leaseMs: number;
}

/** Joins closed places into a branch. Returns the bits that are new: 0 when nothing changed. */
export function closePlaces(branch: Branch, places: number): number {
  const news = places & branch.named & ~branch.closed;
  branch.closed |= news;
  return news;
}

/** Whether the branch must be visible in all of `mask`'s places and is not yet. */
export function isOpenIn(branch: Branch, mask: number): boolean {
  const named = branch.named & mask;
  return (branch.closed & named) !== named;
}

export function isClosed(branch: Branch): boolean {
  return branch.closed === branch.named;
}

/** Whether a read of `keys` depends on a write of the branch's keys. No keys means every key. */
export function touches(branch: Branch, keys: readonly string[]): boolean {
  if (keys.length === 0 || branch.keys.length === 0) return true;
  return keys.some((key) => branch.keys.includes(key));
}

/** A key's bytes as a text with one character for each. */
export function toKeyText(key: Uint8Array): string {
  // Many times as fast as with a spread.
  return String.fromCharCode.apply(undefined, key as ArrayLike<number> as number[]);
}

/** What `toKeyText` took. */
export function toKeyBytes(text: string): Uint8Array {
  const key = new Uint8Array(text.length);
  for (let index = 0; index < key.length; index++) key[index] = text.charCodeAt(index);
  return key;
}

/** Rough size in bytes of a branch on the wire. */
export function sizeOf({ keys, position }: { keys: Keys; position: string }): number {
  return keys.reduce((sum, key) => sum + key.length, ENTRY_BYTES + position.length);
}

/** Rough size in bytes of keys in memory. */
export function keyWeight(keys: Keys): number {
  return keys.reduce((sum, key) => sum + key.length + KEY_OVERHEAD_BYTES, 0);
}
