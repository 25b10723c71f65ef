export interface BackoffOptions {
  /** Upper bound of the first delay. Default 50. */
  readonly firstDelayMs?: number;
  /** Upper bound of every delay. Default 5,000. */
  readonly delayMsMax?: number;
  /** From [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

export interface Backoff {
  /** How long to wait before the next attempt. */
  nextDelayMs(): number;
  /** Call it after a success: the next delay is a first one again. */
  reset(): void;
}

/**
 * Jittered exponential delays: each is drawn evenly from the upper half of a bound that doubles per
 * attempt, so that clients which lost the same node do not come back in step.
 */
export function createBackoff(options: BackoffOptions = {}): Backoff {
  const { firstDelayMs = 50, delayMsMax = 5_000, random = Math.random } = options;
  let boundMs = Math.min(firstDelayMs, delayMsMax);
  return {
    nextDelayMs() {
      const delayMs = boundMs * (0.5 + random() / 2);
      boundMs = Math.min(boundMs * 2, delayMsMax);
      return delayMs;
    },
    reset() {
      boundMs = Math.min(firstDelayMs, delayMsMax);
    },
  };
}
