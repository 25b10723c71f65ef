/** Invocations of type `Event`: nobody waits for them, and those that fail are repeated. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Invocation } from './invocation.js';
import type { WorkerPool } from './worker-pool.js';

/** As in Lambda. */
const RETRY_COUNT = 2;

export class AsynchronousInvocations {
  readonly #retryDelayMs: number;
  readonly #ending: AbortController = new AbortController();

  /** Before the first repetition; twice as long before the second. */
  constructor(retryDelayMs: number) {
    this.#retryDelayMs = retryDelayMs;
  }

  add(pool: WorkerPool, invocation: Invocation): void {
    // What rejects is a delay that the end cut short.
    this.#run(pool, invocation).catch(() => undefined);
  }

  /** What has not begun never will. */
  shutdown(): void {
    this.#ending.abort();
  }

  async #run(pool: WorkerPool, invocation: Invocation): Promise<void> {
    const { signal } = this.#ending;
    for (let attempt = 1; ; attempt++) {
      const { kind } = await pool.invoke(invocation);
      if (kind === 'success' || attempt > RETRY_COUNT) return;
      await sleep(attempt * this.#retryDelayMs, undefined, { signal, ref: false });
    }
  }
}
