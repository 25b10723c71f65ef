/** Milliseconds on a clock that only goes forward. */
export function monotonicMs(): number {
  return performance.now();
}
