import { RendezvousError } from '@rendezvous/protocol';

/** A promise that its owner settles; once. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: RendezvousError) => void;
}

export interface DeferredOptions {
  /** Then it is rejected as `expired` says. Default: never. */
  readonly timeoutMs?: number | undefined;
  readonly expired?: () => RendezvousError;
  /** The timer does not keep the process alive. Default false. */
  readonly background?: boolean | undefined;
  /** Rejects it with `cancelled`. Must not be aborted yet. */
  readonly signal?: AbortSignal | undefined;
  /** Told that the timer or the signal came first. */
  readonly onAbandoned?: () => void;
}

/** A promise that is settled by its owner, or rejected by a timer or a signal that comes first. */
export function createDeferred<T>(options: DeferredOptions = {}): Deferred<T> {
  const { timeoutMs, expired = createAborted, background, signal, onAbandoned } = options;
  let settle: { resolve: (value: T) => void; reject: (reason: RendezvousError) => void };
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }));
  const abandon = (reason: RendezvousError): void => {
    onAbandoned?.();
    deferred.reject(reason);
  };
  const onAbort = (): void => {
    abandon(createAborted());
  };
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          abandon(expired());
        }, timeoutMs);
  if (background) timer?.unref();
  signal?.addEventListener('abort', onAbort);
  const end = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  };
  const deferred: Deferred<T> = {
    promise,
    resolve: (value) => {
      end();
      settle.resolve(value);
    },
    reject: (reason) => {
      end();
      settle.reject(reason);
    },
  };
  return deferred;
}

/** What a promise is rejected with by its signal. */
export function createAborted(): RendezvousError {
  return new RendezvousError('cancelled', 'Aborted by its signal.');
}
