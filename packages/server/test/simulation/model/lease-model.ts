/**
 * Branches of stores with markers, from what the node was told: whose write may be under way still,
 * and whose write left no trace (rules 14, 15, 19).
 */
import type { CellCounter } from './cell-counter.js';
import { isOpenAt, type ModelBranch, type Place, placesOf, sequenceIn } from './model-branch.js';

const GRACE_MS = 5_000;
/** The core may look at its clock so much later than a lease is over. */
const TICK_LATE_MS_MAX = 2;

export class LeaseModel {
  readonly #journal: string;
  readonly #branches: ReadonlyMap<string, ModelBranch>;
  readonly #cells: CellCounter;

  constructor(journal: string, branches: ReadonlyMap<string, ModelBranch>, cells: CellCounter) {
    this.#journal = journal;
    this.#branches = branches;
    this.#cells = cells;
  }

  /** The write was acknowledged. Returns whether that is news for those who get the own journal. */
  confirm(bid: string, event: 'confirm' | "peer's confirm"): boolean {
    const branch = this.#branches.get(bid);
    if (!branch) {
      this.#cells.absent(bid, event);
      return false;
    }
    this.#cells.at(branch, branch.named, event);
    if (!branch.lease) return false;
    branch.lease = undefined;
    return sequenceIn(branch, this.#journal) > 0;
  }

  /** The node looks at its clock. */
  tick(nowMs: number): void {
    for (const branch of this.#branches.values()) {
      if (!branch.lease || nowMs < dueAtMs(branch)) continue;
      this.#cells.at(branch, branch.named, 'lease over');
      branch.lease = undefined;
    }
  }

  /** The bid of a branch whose lease is over, while the node has not looked at its clock. */
  late(nowMs: number): string | undefined {
    for (const branch of this.#branches.values()) {
      if (branch.lease && nowMs > dueAtMs(branch) + TICK_LATE_MS_MAX) return branch.bid;
    }
    return undefined;
  }

  /** A monitor finds no trace of the write at the primary. */
  noTrace(bid: string, region: string, replica: string): void {
    const branch = this.#branches.get(bid);
    if (!branch) {
      this.#cells.absent(bid, 'no trace');
      return;
    }
    const places = placesOf(branch.store, region, replica);
    this.#cells.at(branch, places, 'no trace');
    for (const place of places) if (isHopeless(branch, place)) branch.noTrace.add(place);
  }
}

function dueAtMs({ insertedAtMs, lease }: ModelBranch): number {
  return insertedAtMs + (lease ?? Infinity) + GRACE_MS;
}

function isHopeless(branch: ModelBranch, place: Place): boolean {
  return branch.store.hasMarkers && branch.lease === undefined && isOpenAt(branch, place);
}
