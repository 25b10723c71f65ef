/**
 * Milliseconds on the machine's monotonic clock, which all of its processes share (unlike
 * `performance.now()`, which each starts anew): times taken in different processes compare.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
