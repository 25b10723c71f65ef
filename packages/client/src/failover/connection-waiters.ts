import { RendezvousError } from '@rendezvous/protocol';
import type { Connection } from '../session/index.js';

export interface WaiterOptions {
  /** Then the wait rejects with `unavailable`. */
  readonly timeoutMs: number;
  /** Waits on where others are told that there is no node. */
  readonly patient: boolean;
  /** Does not keep the process alive. */
  readonly background: boolean;
  /** Rejects the wait with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

interface Waiter {
  readonly patient: boolean;
  readonly resolve: (connection: Connection) => void;
  readonly reject: (reason: RendezvousError) => void;
}

/** The operations that wait for a connection. */
export class ConnectionWaiters {
  readonly #waiters = new Set<Waiter>();

  /** Resolves with the next connection. `signal` must not be aborted yet. */
  wait(options: WaiterOptions): Promise<Connection> {
    const { timeoutMs, patient, background, signal } = options;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        patient,
        resolve: (connection) => {
          settle();
          resolve(connection);
        },
        reject: (reason) => {
          settle();
          reject(reason);
        },
      };
      const onAbort = (): void => {
        waiter.reject(new RendezvousError('cancelled', 'Aborted by its signal.'));
      };
      const timer = setTimeout(() => {
        waiter.reject(
          new RendezvousError('unavailable', `No node reached in ${Math.round(timeoutMs)} ms.`),
        );
      }, timeoutMs);
      if (background) timer.unref();
      signal?.addEventListener('abort', onAbort);
      this.#waiters.add(waiter);
    });
  }

  resolveAll(connection: Connection): void {
    for (const waiter of [...this.#waiters]) waiter.resolve(connection);
  }

  /** Rejects those that are not patient. */
  rejectImpatient(reason: RendezvousError): void {
    for (const waiter of [...this.#waiters]) if (!waiter.patient) waiter.reject(reason);
  }

  rejectAll(reason: RendezvousError): void {
    for (const waiter of [...this.#waiters]) waiter.reject(reason);
  }
}
