/** Whether it pays to issue a store's reads together with their waits, learned from how that went. */

/** Weight of the newest read. After a change of behaviour about six reads settle the matter. */
const NEWEST_WEIGHT = 1 / 8;
const MISS_RATE_MAX = 0.5;

/**
 * A read that is issued early and has to be issued again costs the datastore twice. Where events
 * regularly outrun the data most early reads are such misses: then reads wait first, until the
 * answers show that early ones would have counted again.
 */
export class SpeculationGauge {
  #missRate = 0;

  get pays(): boolean {
    return this.#missRate <= MISS_RATE_MAX;
  }

  /** What became of an early read, or would have become of one. */
  record(outcome: 'hit' | 'miss'): void {
    const miss = outcome === 'miss' ? 1 : 0;
    this.#missRate += (miss - this.#missRate) * NEWEST_WEIGHT;
  }
}
