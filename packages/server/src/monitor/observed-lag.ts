/** How long the latest writes took to become visible at one replica, as far as probes could tell. */

/** Few, so that a replica that has caught up is soon known to be fast again. */
const SAMPLE_COUNT_MAX = 16;

export class ObservedLag {
  readonly #samplesMs: number[] = [];

  record(lagMs: number): void {
    this.#samplesMs.push(lagMs);
    if (this.#samplesMs.length > SAMPLE_COUNT_MAX) this.#samplesMs.shift();
  }

  /** 0 when nothing has been observed. */
  get leastMs(): number {
    return this.#samplesMs.length === 0 ? 0 : Math.min(...this.#samplesMs);
  }

  /** The median; 0 when nothing has been observed. */
  get typicalMs(): number {
    const sorted = [...this.#samplesMs].sort((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? 0;
  }
}
