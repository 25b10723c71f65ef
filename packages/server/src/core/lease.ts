import type { Queued } from './deadline-queue.js';

/** While the write of a store with markers may be under way; `leases.ts` has its rules. */
export interface Lease extends Queued {
  /** Of the branch. */
  readonly row: number;
  /** How long the write may be under way, from the open on. */
  readonly leaseMs: number;
}
