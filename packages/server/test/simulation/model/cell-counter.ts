/** Counts what happens to branches at places, in the cells of `state-table.ts`. */
import { type ModelBranch, type Place, stateAt } from './model-branch.js';
import { cellName, type PlaceEvent, type PlaceState } from './state-table.js';

export class CellCounter {
  readonly #count: (what: string) => void;
  readonly #isClosedEarly: (bid: string) => boolean;
  readonly #gone = new Map<string, 'collected' | 'given up'>();

  constructor(count: (what: string) => void, isClosedEarly: (bid: string) => boolean) {
    this.#count = count;
    this.#isClosedEarly = isClosedEarly;
  }

  /** The branch has left the table. */
  gone(bid: string, how: 'collected' | 'given up'): void {
    this.#gone.set(bid, how);
  }

  /** The branch is in the table again. */
  back(bid: string): void {
    this.#gone.delete(bid);
  }

  at(branch: ModelBranch, places: Iterable<Place>, event: PlaceEvent): void {
    for (const place of places) this.#cell(stateAt(branch, place), event);
  }

  /** Of a branch that is not in the table. */
  absent(bid: string, event: PlaceEvent): void {
    const gone = this.#gone.get(bid) ?? 'unknown';
    this.#cell(this.#isClosedEarly(bid) ? 'closed early' : gone, event);
  }

  #cell(state: PlaceState, event: PlaceEvent): void {
    this.#count(cellName(state, event));
  }
}
