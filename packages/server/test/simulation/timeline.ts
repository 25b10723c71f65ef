/**
 * Virtual time: what happens later, in the order in which it happens. Equal times keep the order in
 * which they were planned.
 */
import { SimulationFailure } from './simulation-failure.js';

/** A hundred times what a deployment of 200 actions does. */
const EVENT_COUNT_MAX = 3_000_000;

interface Planned {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class Timeline {
  #nowMs = 0;
  #planned = 0;
  #eventCount = 0;
  /** A binary heap: the earliest first. */
  readonly #heap: Planned[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  /** How much has happened. */
  get eventCount(): number {
    return this.#eventCount;
  }

  after(delayMs: number, run: () => void): void {
    const planned = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#planned++, run };
    this.#heap.push(planned);
    let index = this.#heap.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isEarlier(index, parent)) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** Lets everything happen that is planned until then, also what that plans. */
  run(durationMs: number): void {
    const untilMs = this.#nowMs + durationMs;
    for (let next = this.#heap[0]; next !== undefined; next = this.#heap[0]) {
      if (next.atMs > untilMs) break;
      this.#takeFirst();
      this.#nowMs = next.atMs;
      if (++this.#eventCount > EVENT_COUNT_MAX) {
        throw new SimulationFailure('PROGRESS', 'it goes in circles, and comes to no end');
      }
      next.run();
    }
    this.#nowMs = untilMs;
  }

  #takeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    for (let index = 0; ;) {
      let child = 2 * index + 1;
      if (child >= this.#heap.length) return;
      if (child + 1 < this.#heap.length && this.#isEarlier(child + 1, child)) child++;
      if (!this.#isEarlier(child, index)) return;
      this.#swap(child, index);
      index = child;
    }
  }

  #isEarlier(index: number, than: number): boolean {
    const [a, b] = [this.#heap[index], this.#heap[than]];
    if (a === undefined || b === undefined) return false;
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }
}
