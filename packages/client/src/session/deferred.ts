import { RendezvousError } from '@rendezvous/protocol';
import { onAbort } from '../on-abort.js';

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
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    clearTimeout(timer);
    forget();
  };
  const reject = (reason: RendezvousError): void => {
    end();
    settle.reject(reason);
  };
  const abandon = (toReason: () => RendezvousError): void => {
    onAbandoned?.();
    reject(toReason());
  };
  const forget = onAbort(signal, () => {
    abandon(createAborted);
  });
  if (timeoutMs !== undefined) {
    timer = setTimeout(abandon, timeoutMs, expired);
    if (background) timer.unref();
  }
  return {
    promise,
    resolve: (value) => {
      end();
      settle.resolve(value);
    },
    reject,
  };
}

/** What a promise is rejected with by its signal. */
export function createAborted(): RendezvousError {
  return new RendezvousError('cancelled', 'Aborted by its signal.');
}
