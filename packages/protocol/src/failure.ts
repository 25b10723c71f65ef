import { isErrorCode, RendezvousError } from './error.js';
import type { Failure } from './messages.js';

/** How an error travels; its cause stays behind. */
export function toFailure({ code, message, retryable }: RendezvousError): Failure {
  return { kind: 'failure', code, message, retryable };
}

/** The error that a failure tells of. A code that only a newer node knows becomes `internal`. */
export function fromFailure({ code, message, retryable }: Failure): RendezvousError {
  return isErrorCode(code)
    ? new RendezvousError(code, message, { retryable })
    : new RendezvousError('internal', `${code}: ${message}`, { retryable });
}
