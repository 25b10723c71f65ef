/** What goes into an invocation of a function, and what comes out. */

/** One invocation, as the runtime gets it. */
export interface Invocation {
  readonly requestId: string;
  /** JSON. */
  readonly payload: Buffer;
  /** JSON, as the runtime gets it; absent: the caller gave none. */
  readonly clientContext?: string | undefined;
  readonly traceId: string;
}

/** What the caller gets. */
export interface InvocationOutcome {
  /**
   * `error`: the handler failed, or the function could not start. `timeout`, `exit`: its process was
   * killed for lasting too long, or ended by itself.
   */
  readonly kind: 'success' | 'error' | 'timeout' | 'exit';
  /** The handler's result, or a description of the error, as JSON. */
  readonly payload: Buffer;
  /** What the function wrote meanwhile, line by line. */
  readonly log: readonly string[];
}

/** The REPORT line of Lambda's log, as data. Times in ms. */
export interface InvocationReport {
  readonly functionName: string;
  readonly requestId: string;
  /** The process id of the execution environment. */
  readonly pid: number;
  readonly outcome: InvocationOutcome['kind'];
  /** The invocation waited for its process to start. */
  readonly coldStart: boolean;
  /** From the start of the process to its first request for an invocation; 0 unless a cold start. */
  readonly initMs: number;
  /** From the event's hand-over until the runtime asked for the next, or was ended. */
  readonly durationMs: number;
  /** What Lambda would bill: both of the above, rounded up to whole ms. */
  readonly billedMs: number;
  /** When the event was handed over, on the machine's monotonic clock (`process.hrtime`). */
  readonly startedAtMs: number;
}

/** One line that a function wrote on its standard output or error. */
export interface FunctionLogLine {
  readonly functionName: string;
  /** Undefined: written outside of an invocation. */
  readonly requestId: string | undefined;
  readonly line: string;
}

/** The error with which Lambda describes what went wrong outside of the handler. */
export function describeFailure(errorType: string, errorMessage: string): Buffer {
  return Buffer.from(JSON.stringify({ errorType, errorMessage }));
}
