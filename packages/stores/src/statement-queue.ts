import { createGate } from './gate.js';

/**
 * Keeps the statements of one client in the order in which they were issued, also when one of them
 * has to wait before it may reach the server.
 *
 * A job holds the queue until it settles, or until it calls `release`: what it does after that is
 * no business of the next one (a write that awaits its open).
 */
export class StatementQueue {
  #tail: Promise<void> | undefined;

  /** Whether a statement issued now would start at once. */
  get idle(): boolean {
    return this.#tail === undefined;
  }

  /** Runs `job` when its turn has come: in this very turn of the event loop if the queue is idle. */
  run<T>(job: (release: () => void) => Promise<T>): Promise<T> {
    const { promise: released, open: release } = createGate();
    const previous = this.#tail;
    const result = previous === undefined ? job(release) : previous.then(() => job(release));
    result.then(release, release);
    this.#tail = released;
    released
      .then(() => {
        if (this.#tail === released) this.#tail = undefined;
      })
      .catch(() => undefined);
    return result;
  }
}
