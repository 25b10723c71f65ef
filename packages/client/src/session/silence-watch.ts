export interface SilenceWatchOptions {
  /** How long the other side may be silent while it owes us something. */
  readonly silenceMsMax: number;
  /** Whether the other side owes us something. */
  readonly isExpecting: () => boolean;
  readonly ping: () => void;
  readonly onSilent: () => void;
}

/** Silent intervals before a ping, and before the connection counts as dead. */
const PING_INTERVALS = 1;
const DEAD_INTERVALS = 3;

export interface SilenceWatch {
  /** Call it for everything that arrives. */
  readonly heard: () => void;
  readonly stop: () => void;
}

/**
 * Notices that the other side of a connection is gone although the network says nothing: it pings
 * after a third of the bound and calls `onSilent` at the bound.
 *
 * It counts intervals that passed without a message and reads no clock: a process that was frozen
 * (a function between two calls) gets the chance to read what has arrived before it gives up.
 */
export function watchSilence(options: SilenceWatchOptions): SilenceWatch {
  let silentIntervals = 0;
  const timer = setInterval(() => {
    silentIntervals = options.isExpecting() ? silentIntervals + 1 : 0;
    if (silentIntervals > DEAD_INTERVALS) options.onSilent();
    else if (silentIntervals > PING_INTERVALS) options.ping();
  }, options.silenceMsMax / DEAD_INTERVALS);
  timer.unref();
  return {
    heard() {
      silentIntervals = 0;
    },
    stop() {
      clearInterval(timer);
    },
  };
}
