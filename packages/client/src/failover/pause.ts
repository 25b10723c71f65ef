import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after `delayMs`, or when the signal aborts. Does not keep the process alive. */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  await delay(delayMs, undefined, { ref: false, signal }).catch(() => undefined);
}
