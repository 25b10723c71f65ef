/** The few numbers that the demo reports of a sample. */

/** Percentiles in ms; null when nothing was measured. */
export interface Summary {
  readonly p50: number | null;
  readonly p99: number | null;
}

/** The nearest-rank percentile: a value that was really measured. `rank` is above 0, at most 1. */
export function percentile(values: readonly number[], rank: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(rank * sorted.length) - 1)];
}

/** Rounded to hundredths of a millisecond, which is more than the measurement is good for. */
export function summarize(values: readonly number[]): Summary {
  return { p50: rounded(percentile(values, 0.5)), p99: rounded(percentile(values, 0.99)) };
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 100) / 100;
}

/** The median time in ms of `count` calls, one after another. */
export async function medianOf(
  count: number,
  call: (index: number) => Promise<unknown>,
): Promise<number> {
  const timesMs: number[] = [];
  for (let index = 0; index < count; index++) {
    const startedAtMs = performance.now();
    await call(index);
    timesMs.push(performance.now() - startedAtMs);
  }
  return percentile(timesMs, 0.5) ?? 0;
}
