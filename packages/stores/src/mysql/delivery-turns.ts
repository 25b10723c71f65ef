import { createGate } from '../gate.js';

/** A command's place among those of its connection whose owners were not told yet. */
export interface DeliveryTurn {
  /** Everything that was issued before is told. */
  readonly isDue: boolean;
  /** Runs `tell` when it is due: at once, if it is already. */
  deliver(tell: () => void): Promise<void>;
  /** Lets the next one tell. Idempotent. */
  leave(): void;
}

/**
 * Keeps callbacks in the order of issue, as the driver does, although a write is told only once its
 * branch is open, and the server meanwhile works on what comes next.
 */
export class DeliveryTurns {
  #last: Promise<void> | undefined;

  enter(): DeliveryTurn {
    const earlier = this.#last;
    const { promise, open } = createGate();
    let isDue = earlier === undefined;
    earlier
      ?.then(() => {
        isDue = true;
      })
      .catch(() => undefined);
    this.#last = promise;
    promise
      .then(() => {
        if (this.#last === promise) this.#last = undefined;
      })
      .catch(() => undefined);
    return {
      get isDue() {
        return isDue;
      },
      deliver: async (tell) => {
        if (!isDue) await earlier;
        tell();
      },
      leave: open,
    };
  }

  /** The connection changes its user, who has nothing to do with what others wait for. */
  reset(): void {
    this.#last = undefined;
  }
}
