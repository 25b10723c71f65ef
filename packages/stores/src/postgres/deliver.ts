import type { QueryCallback } from './driver.js';

/**
 * Gives an outcome to the caller in the form it asked for: as the promise itself, or to `callback`,
 * outside of any promise so that what the callback throws is thrown as the driver would. A client's
 * callback is told `null` for no error, a pool's `undefined`.
 */
export function deliver(
  promise: Promise<unknown>,
  callback: QueryCallback | undefined,
  noError: null | undefined,
): unknown {
  if (callback === undefined) return promise;
  promise.then(
    (result) => {
      process.nextTick(callback, noError, result);
    },
    (error: unknown) => {
      process.nextTick(callback, error);
    },
  );
  return undefined;
}
