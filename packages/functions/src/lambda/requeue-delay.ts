import type { WaitResult } from '@rendezvous/client';

const DELAY_SECONDS_MIN = 1;
const DELAY_SECONDS_MAX = 900;
const MS_PER_SECOND = 1_000;

/**
 * In how many seconds, 1 to 900, to look again for what a wait did not see: when the node expects it
 * (`etaMs`), else as long as the wait was, times how often the message was received.
 */
export function requeueDelaySeconds(
  { pending, waitedMs }: WaitResult,
  receiveCount: number,
): number {
  const etaMs = Math.max(0, ...pending.map((each) => each.etaMs));
  const delayMs = etaMs > 0 ? etaMs : waitedMs * receiveCount;
  const seconds = Math.ceil(delayMs / MS_PER_SECOND);
  return Math.min(DELAY_SECONDS_MAX, Math.max(DELAY_SECONDS_MIN, seconds));
}
