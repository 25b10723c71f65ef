/**
 * Latencies counted in buckets, so that millions of them take no more memory than a few: exact below
 * 128 µs, within 0.4 % above, as HdrHistogram does it.
 */

/** Buckets per power of two, from 2^7 on. */
const PRECISION_BITS = 7;
const SUB_BUCKET_COUNT = 2 ** PRECISION_BITS;
/** About 36 minutes; whatever is longer counts as this. */
const LATENCY_US_MAX = 2 ** 31 - 1;
const BUCKET_COUNT = toBucket(LATENCY_US_MAX) + 1;

export class LatencyHistogram {
  readonly #counts = new Float64Array(BUCKET_COUNT);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** Counts one latency, rounded to whole microseconds; a negative one as 0. */
  record(latencyMs: number): void {
    const latencyUs = Math.min(Math.max(Math.round(latencyMs * 1_000), 0), LATENCY_US_MAX);
    this.#add(toBucket(latencyUs), 1);
  }

  /** The counts for `merge`, in this process or another. */
  toCounts(): number[] {
    return [...this.#counts];
  }

  /** Adds what another histogram counted. */
  merge(counts: readonly number[]): void {
    counts.forEach((count, bucket) => this.#add(bucket, count));
  }

  /** The nearest-rank percentile in ms; undefined when nothing was counted. `rank` is above 0, at most 1. */
  percentileMs(rank: number): number | undefined {
    let left = Math.max(1, Math.ceil(rank * this.#total));
    if (left > this.#total) return undefined;
    const bucket = this.#counts.findIndex((count) => (left -= count) <= 0);
    return toMiddleUs(bucket) / 1_000;
  }

  #add(bucket: number, count: number): void {
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    this.#total += count;
  }
}

function toBucket(latencyUs: number): number {
  if (latencyUs < SUB_BUCKET_COUNT) return latencyUs;
  const shift = 31 - Math.clz32(latencyUs) - PRECISION_BITS;
  return shift * SUB_BUCKET_COUNT + (latencyUs >>> shift);
}

/** The middle of what the bucket counts. */
function toMiddleUs(bucket: number): number {
  const shift = Math.max(0, Math.floor(bucket / SUB_BUCKET_COUNT) - 1);
  const width = 2 ** shift;
  return (bucket - shift * SUB_BUCKET_COUNT) * width + (width - 1) / 2;
}
