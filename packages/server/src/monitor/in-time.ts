/** Puts a bound on somebody else's promise. */
import { RendezvousError } from '@rendezvous/protocol';

export interface Bound {
  /** What does not come, for the error: `the replica's watermark`. */
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Settles as `promise` does; rejects with `store_failed` after `timeoutMs` and with `cancelled` when
 * `signal` aborts, whichever is first. What comes later is dropped.
 */
export function inTime<T>(promise: Promise<T>, { what, timeoutMs, signal }: Bound): Promise<T> {
  return new Promise((resolve, reject) => {
    const letGo = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abandon);
    };
    const abandon = (): void => {
      letGo();
      reject(new RendezvousError('cancelled', `${what} is not needed any more`));
    };
    const timer = setTimeout(() => {
      letGo();
      reject(new RendezvousError('store_failed', `${what} did not come in ${timeoutMs} ms`));
    }, timeoutMs);
    signal.addEventListener('abort', abandon);
    promise.finally(letGo).then(resolve, reject);
    if (signal.aborted) abandon();
  });
}
