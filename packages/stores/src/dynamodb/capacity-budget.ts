import { setTimeout as sleep } from 'node:timers/promises';

/** A reader that is far over its budget goes on after so long: an answer that never comes is a failure. */
const PAUSE_MAX_MS = 5_000;

/**
 * Keeps what a monitor reads at or below `unitsPerSecondMax` in the long run. A pause comes after a
 * request, because what it costs is known then.
 */
export class CapacityBudget {
  readonly #unitsPerSecondMax: number;
  /** From when on the next request is within the budget, on this process's clock. */
  #freeAtMs = 0;

  constructor(unitsPerSecondMax: number) {
    this.#unitsPerSecondMax = unitsPerSecondMax;
  }

  /** Resolves when the next request may go out. */
  async admit(): Promise<void> {
    const pauseMs = Math.min(PAUSE_MAX_MS, this.#freeAtMs - performance.now());
    if (pauseMs > 0) await sleep(pauseMs);
  }

  /** Notes what a request has cost. A second's worth may be spent at once. */
  spend(units: number): void {
    const earliestMs = performance.now() - 1_000;
    const costMs = (units / this.#unitsPerSecondMax) * 1_000;
    this.#freeAtMs = Math.max(this.#freeAtMs, earliestMs) + costMs;
  }
}
