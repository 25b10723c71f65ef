/** What happened to the items of one region, in order. */
import type { Item } from './item.js';

export interface Change {
  /** Ascending by one, from 1. */
  readonly sequence: number;
  readonly table: string;
  readonly key: Item;
  readonly before: Item | undefined;
  /** Undefined: deleted. */
  readonly after: Item | undefined;
  /** The region that took the write. */
  readonly origin: string;
  /** When that region took it, on this process's monotonic clock: the later write of an item wins. */
  readonly writtenAtMs: number;
  /** When it came to this region, on the same clock. */
  readonly atMs: number;
}

export class ChangeLog {
  readonly #changes: Change[] = [];
  readonly #listeners = new Set<(change: Change) => void>();

  /** The number of the newest change; 0 before the first. */
  get head(): number {
    return this.#changes.length;
  }

  add(change: Omit<Change, 'sequence' | 'atMs'>): void {
    const added = { ...change, sequence: this.head + 1, atMs: performance.now() };
    this.#changes.push(added);
    for (const listener of this.#listeners) listener(added);
  }

  /** The changes with a higher number than `sequence`. */
  after(sequence: number): readonly Change[] {
    return this.#changes.slice(sequence);
  }

  listen(listener: (change: Change) => void): void {
    this.#listeners.add(listener);
  }
}
