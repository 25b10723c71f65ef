/**
 * Every operational failure of Rendezvous is a `RendezvousError` with one of these codes.
 * `docs/reference/errors.md` says for each who throws it and what to do.
 */

/** Whether the same call may succeed later, with nothing changed by the caller, per code. */
const RETRYABLE_BY_CODE = {
  wait_timed_out: true,
  consistency_unknown: true,
  unavailable: true,
  open_refused: true,
  bookmark_missing: false,
  cancelled: false,
  shut_down: false,
  bookmark_invalid: false,
  bookmark_version: false,
  bookmark_namespace: false,
  store_unknown: false,
  region_unknown: false,
  region_not_served: false,
  bad_request: false,
  limit_exceeded: true,
  bad_frame: false,
  protocol_version: false,
  unauthenticated: false,
  permission_denied: false,
  config_invalid: false,
  store_failed: true,
  journal_failed: true,
  journal_locked: false,
  journal_corrupt: false,
  journal_full: true,
  internal: false,
} as const;

export type ErrorCode = keyof typeof RETRYABLE_BY_CODE;

/** The closed set of codes, in the order of the reference. */
export const ERROR_CODES: readonly ErrorCode[] = /* @__PURE__ */ Object.keys(
  RETRYABLE_BY_CODE,
) as ErrorCode[];

/** Whether `text` is one of `ERROR_CODES`. A newer node may send codes that this version lacks. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(RETRYABLE_BY_CODE, text);
}

export interface RendezvousErrorOptions {
  readonly cause?: unknown;
  /** Default: what the code implies. */
  readonly retryable?: boolean;
}

/**
 * An operational failure of Rendezvous, told apart by `code`. The message starts with `[code] `
 * and says what to do.
 *
 * `instanceof` goes by shape: the ESM and the CommonJS copy of this package can live in one
 * process, and an error of the one is an error of the other.
 *
 * @example
 * try {
 *   await posts.query('select …');
 * } catch (error) {
 *   if (error instanceof RendezvousError && error.code === 'wait_timed_out') return retryLater();
 *   throw error;
 * }
 */
export class RendezvousError extends Error {
  override readonly name: string = 'RendezvousError';
  readonly code: ErrorCode;
  /** The same call may succeed later, with nothing changed by the caller. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: RendezvousErrorOptions = {}) {
    const prefix = `[${code}] `;
    super(
      message.startsWith(prefix) ? message : prefix + message,
      'cause' in options ? { cause: options.cause } : undefined,
    );
    this.code = code;
    this.retryable = options.retryable ?? RETRYABLE_BY_CODE[code];
  }

  /**
   * The value itself if it is a `RendezvousError`; `cancelled` for an aborted signal's reason;
   * `internal` for anything else, with the value as its cause.
   */
  static from(value: unknown): RendezvousError {
    if (value instanceof RendezvousError) return value;
    if (!(value instanceof Error)) {
      return new RendezvousError('internal', 'what was thrown is no error', {
        cause: value,
      });
    }
    const aborted = value.name === 'AbortError' || value.name === 'TimeoutError';
    return new RendezvousError(aborted ? 'cancelled' : 'internal', value.message, { cause: value });
  }

  static override [Symbol.hasInstance](value: unknown): value is RendezvousError {
    // A subclass inherits this method, and has only its own instances.
    if (this !== RendezvousError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return hasErrorShape(value);
  }
}

function hasErrorShape(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, code, retryable } = value as Record<string, unknown>;
  return (
    name === 'RendezvousError' &&
    typeof code === 'string' &&
    isErrorCode(code) &&
    typeof retryable === 'boolean'
  );
}
