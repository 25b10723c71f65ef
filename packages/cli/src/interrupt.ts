/**
 * What a signal does to a running command: the first asks it to shut down cleanly, a second Ctrl-C
 * ends the process at once. Other repeated signals change nothing: supervisors send them twice. A
 * command that can renew itself takes SIGHUP for that.
 */

/**
 * One Ctrl-C can arrive twice: from the terminal, which signals every process of the group, and
 * from a parent that forwards what it gets, as npm does. Within this time of the first signal a
 * Ctrl-C is taken for its echo.
 */
const ECHO_MS = 500;

/** 128 and the number of SIGINT, as shells do. */
const INTERRUPTED_EXIT_CODE = 130;

export type InterruptSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export interface Interrupt {
  /** Aborts at the first signal. */
  readonly signal: AbortSignal;
  /** To be called for each signal received; `nowMs` is a monotonic time. */
  receive(signal: InterruptSignal, nowMs: number): void;
  /** From now on SIGHUP calls `listener` and does nothing else. */
  onHangUp(listener: () => void): void;
}

/** `exit` is called, with the exit code, at a second Ctrl-C. */
export function createInterrupt(exit: (exitCode: number) => void): Interrupt {
  const controller = new AbortController();
  let firstMs: number | undefined;
  let hangUp: (() => void) | undefined;
  return {
    signal: controller.signal,
    receive(signal, nowMs) {
      if (signal === 'SIGHUP' && hangUp) {
        hangUp();
      } else if (firstMs === undefined) {
        firstMs = nowMs;
        controller.abort();
      } else if (signal === 'SIGINT' && nowMs - firstMs >= ECHO_MS) {
        exit(INTERRUPTED_EXIT_CODE);
      }
    },
    onHangUp(listener) {
      hangUp = listener;
    },
  };
}
