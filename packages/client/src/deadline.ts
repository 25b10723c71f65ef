import { createDeferred } from './session/deferred.js';

/**
 * The promise's value if it comes within `timeoutMs`, else, or if it rejects, undefined. Keeps the
 * process alive until then.
 */
export function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  const inTime = createDeferred<T>({ timeoutMs });
  promise.then(inTime.resolve, inTime.reject);
  return inTime.promise.catch(() => undefined);
}
