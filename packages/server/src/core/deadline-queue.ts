/**
 * Timers as data: a binary heap of items by the time at which each wants to be looked at.
 *
 * Removal is exact, not lazy, so that a wait that ended costs nothing until its old deadline.
 */

/** What can be queued. `queueIndex` belongs to the queue: −1 when not queued. */
export interface Queued {
  dueAtMs: number;
  queueIndex: number;
}

export class DeadlineQueue<T extends Queued> {
  readonly #heap: T[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** The earliest time at which an item is due. */
  get nextDueAtMs(): number | undefined {
    return this.#heap[0]?.dueAtMs;
  }

  /** Queues the item, or moves it to its new time. */
  schedule(item: T, dueAtMs: number): void {
    item.dueAtMs = dueAtMs;
    if (item.queueIndex === -1) {
      item.queueIndex = this.#heap.length;
      this.#heap.push(item);
    }
    this.#settle(item);
  }

  remove(item: T): void {
    const index = item.queueIndex;
    if (index === -1) return;
    item.queueIndex = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === item) return;
    this.#place(last, index);
    this.#settle(last);
  }

  /** Takes one item that is due at `nowMs`, the earliest first. */
  takeDue(nowMs: number): T | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.dueAtMs > nowMs) return undefined;
    this.remove(first);
    return first;
  }

  #settle(item: T): void {
    let index = item.queueIndex;
    for (;;) {
      const parent = (index - 1) >> 1;
      const above = index > 0 ? this.#heap[parent] : undefined;
      if (above === undefined || above.dueAtMs <= item.dueAtMs) break;
      this.#place(above, index);
      index = parent;
    }
    for (;;) {
      const child = this.#earlierChild(index);
      const below = this.#heap[child];
      if (below === undefined || below.dueAtMs >= item.dueAtMs) break;
      this.#place(below, index);
      index = child;
    }
    this.#place(item, index);
  }

  #earlierChild(index: number): number {
    const left = 2 * index + 1;
    const right = left + 1;
    const leftDue = this.#heap[left]?.dueAtMs ?? Infinity;
    const rightDue = this.#heap[right]?.dueAtMs ?? Infinity;
    return rightDue < leftDue ? right : left;
  }

  #place(item: T, index: number): void {
    this.#heap[index] = item;
    item.queueIndex = index;
  }
}
