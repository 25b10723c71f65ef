import { RendezvousError } from '@rendezvous/protocol';
import { createDeferred } from '../session/deferred.js';
import type { Deferred } from '../session/deferred.js';
import type { Connection } from '../session/index.js';

export interface WaiterOptions {
  /** Then the wait rejects with `unavailable`. */
  readonly timeoutMs: number;
  /** Waits on where others are told that there is no node. */
  readonly patient: boolean;
  /** Does not keep the process alive. */
  readonly background: boolean;
  /** Rejects the wait with `cancelled`. Must not be aborted yet. */
  readonly signal?: AbortSignal | undefined;
}

/** The operations that wait for a connection. */
export class ConnectionWaiters {
  readonly #waiters = new Map<Deferred<Connection>, WaiterOptions>();

  /** Resolves with the next connection. */
  wait(options: WaiterOptions): Promise<Connection> {
    const waiter = createDeferred<Connection>({
      ...options,
      expired: () => {
        const message = `No node reached in ${Math.round(options.timeoutMs)} ms.`;
        return new RendezvousError('unavailable', message);
      },
      onAbandoned: () => {
        this.#waiters.delete(waiter);
      },
    });
    this.#waiters.set(waiter, options);
    return waiter.promise;
  }

  resolveAll(connection: Connection): void {
    for (const waiter of this.#waiters.keys()) waiter.resolve(connection);
    this.#waiters.clear();
  }

  /** Rejects those that are not patient, or all. */
  reject(reason: RendezvousError, alsoPatient = false): void {
    for (const [waiter, { patient }] of this.#waiters) {
      if (patient && !alsoPatient) continue;
      this.#waiters.delete(waiter);
      waiter.reject(reason);
    }
  }
}
