/**
 * What is counted while the node works. Plain numbers, resolved by label once and ahead: counting an
 * operation allocates nothing and looks nothing up.
 */

export class Counter {
  value = 0;

  add(count = 1): void {
    this.value += count;
  }
}

export class Histogram {
  /** Upper bounds of the buckets, ascending; one more bucket holds what is above. */
  readonly bounds: readonly number[];
  /** Per bucket, not cumulative. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let bucket = 0;
    while (value > (bounds[bucket] ?? Infinity)) bucket++;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
    this.sum += value;
  }
}
