/**
 * What a signal does to a running command: the first asks it to shut down cleanly, a second Ctrl-C
 * ends the process at once. Other repeated signals change nothing: supervisors send them twice.
 */

/**
 * One Ctrl-C can arrive twice: from the terminal, which signals every process of the group, and
 * from the launcher, which forwards what it gets. Nobody presses twice within this time.
 */
const ECHO_MS = 250;

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export type InterruptSignal = keyof typeof EXIT_CODES;

export interface Interrupt {
  /** Aborts at the first signal. */
  readonly signal: AbortSignal;
  /** To be called for each signal received; `nowMs` is a monotonic time. */
  receive(signal: InterruptSignal, nowMs: number): void;
}

/** `exit` is called with the conventional code (128 + the signal's number) at a second Ctrl-C. */
export function createInterrupt(exit: (exitCode: number) => void): Interrupt {
  const controller = new AbortController();
  let lastMs = -Infinity;
  return {
    signal: controller.signal,
    receive(signal, nowMs) {
      const echo = nowMs - lastMs < ECHO_MS;
      lastMs = nowMs;
      if (!controller.signal.aborted) controller.abort();
      else if (signal === 'SIGINT' && !echo) exit(EXIT_CODES[signal]);
    },
  };
}
