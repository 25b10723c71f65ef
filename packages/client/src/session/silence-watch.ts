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

/**
 * Notices that the other side of a connection is gone although the network says nothing: it pings
 * after a third of the bound and calls `onSilent` at the bound.
 *
 * It counts intervals that passed without a message and reads no clock: a process that was frozen
 * (a function between two calls) gets the chance to read what has arrived before it gives up.
 */
export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #silentIntervals = 0;

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), options.silenceMsMax / DEAD_INTERVALS);
    this.#timer.unref();
  }

  /** Call it for everything that arrives. */
  heard(): void {
    this.#silentIntervals = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    if (!this.#options.isExpecting()) {
      this.#silentIntervals = 0;
      return;
    }
    this.#silentIntervals += 1;
    if (this.#silentIntervals > DEAD_INTERVALS) this.#options.onSilent();
    else if (this.#silentIntervals > PING_INTERVALS) this.#options.ping();
  }
}
