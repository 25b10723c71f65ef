import { RendezvousError } from '@rendezvous/protocol';
import { createDeferred } from '../session/deferred.js';
import type { Deferred } from '../session/deferred.js';
import type { Connection } from '../session/index.js';

export interface WaiterOptions {
  /** Then the wait rejects with `unavailable`. */
  readonly timeoutMs: number;
  /** Waits on where others are told that there is no node. Default false. */
  readonly patient?: boolean;
  /** Does not keep the process alive. Default false. */
  readonly background?: boolean;
  /** Rejects the wait with `cancelled`. Must not be aborted yet. */
  readonly signal?: AbortSignal | undefined;
}

/** The operations that wait for a connection. */
export interface ConnectionWaiters {
  /** Resolves with the next connection. */
  wait(options: WaiterOptions): Promise<Connection>;
  resolveAll(connection: Connection): void;
  /** Rejects those that are not patient, or all. */
  reject(reason: RendezvousError, alsoPatient?: boolean): void;
}

export function createConnectionWaiters(): ConnectionWaiters {
  const waiters = new Map<Deferred<Connection>, WaiterOptions>();
  return {
    wait(options) {
      const waiter = createDeferred<Connection>({
        ...options,
        expired: () => {
          const message = `No node reached in ${Math.round(options.timeoutMs)} ms.`;
          return new RendezvousError('unavailable', message);
        },
        onAbandoned: () => {
          waiters.delete(waiter);
        },
      });
      waiters.set(waiter, options);
      return waiter.promise;
    },
    resolveAll(connection) {
      for (const waiter of waiters.keys()) waiter.resolve(connection);
      waiters.clear();
    },
    reject(reason, alsoPatient) {
      for (const [waiter, { patient }] of waiters) {
        if (patient && !alsoPatient) continue;
        waiters.delete(waiter);
        waiter.reject(reason);
      }
    },
  };
}
