/** Something has happened, which somebody may be waiting for. */
export interface Bell {
  /** It has rung since it was last silenced. */
  readonly hasRung: boolean;
  ring(): void;
  silence(): void;
  /** Resolves at the next ring, after `timeoutMs`, or when `signal` aborts; at once if it has rung. */
  heard(timeoutMs: number, signal: AbortSignal): Promise<void>;
}

/** One listener at a time. */
export function createBell(): Bell {
  const nobody = (): void => undefined;
  let hasRung = false;
  let wake = nobody;
  return {
    get hasRung() {
      return hasRung;
    },
    ring: () => {
      hasRung = true;
      wake();
    },
    silence: () => {
      hasRung = false;
    },
    heard: (timeoutMs, signal) =>
      new Promise((resolve) => {
        if (hasRung || signal.aborted) {
          resolve();
          return;
        }
        wake = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          wake = nobody;
          resolve();
        };
        const timer = setTimeout(wake, timeoutMs);
        signal.addEventListener('abort', wake);
      }),
  };
}
