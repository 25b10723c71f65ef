import { createDeferred } from './session/deferred.js';

/** Resolves after `delayMs`, or when the signal aborts. Does not keep the process alive. */
export function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  const { promise } = createDeferred<undefined>({ timeoutMs: delayMs, background: true, signal });
  // Nobody resolves it: its time is over, or the signal came.
  return promise.catch(() => undefined);
}
