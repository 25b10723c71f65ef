/** Long work that must go on whatever happens to it: try, back off, try again. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBackoff } from '@rendezvous/client/session';
import { RendezvousError } from '@rendezvous/protocol';

/** Peers and replicas come back soon or are away for long; a second is little beside either. */
const DELAY_MAX_MS = 1_000;
/** What fails for the same reason again and again is told this often. */
const RETELL_INTERVAL_MS = 60_000;

export interface KeepTryingOptions {
  readonly signal: AbortSignal;
  /**
   * Called after an attempt that ended while it should have gone on; while attempts fail for the
   * same reason, once a minute.
   */
  readonly onFailure: (error: RendezvousError) => void;
}

/**
 * Runs `attempt` until `signal` aborts, with jittered back-off between attempts. The attempt calls
 * `succeeded` once it works, so that the next failure is retried soon. Never rejects.
 */
export async function keepTrying(
  attempt: (succeeded: () => void) => Promise<void>,
  { signal, onFailure }: KeepTryingOptions,
): Promise<void> {
  const backoff = createBackoff({ delayMsMax: DELAY_MAX_MS });
  const isStopped = (): boolean => signal.aborted;
  let told: { readonly message: string; readonly atMs: number } | undefined;
  const tell = (error: RendezvousError): void => {
    const { message } = error;
    const nowMs = performance.now();
    if (message === told?.message && nowMs - told.atMs < RETELL_INTERVAL_MS) return;
    told = { message, atMs: nowMs };
    onFailure(error);
  };
  while (!isStopped()) {
    try {
      await attempt(() => {
        backoff.reset();
        told = undefined;
      });
    } catch (error) {
      if (!isStopped()) tell(RendezvousError.from(error));
    }
    if (!isStopped()) await pause(backoff.nextDelayMs(), signal);
  }
}

/** Resolves after `delayMs`, or as soon as `signal` aborts. */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  await sleep(delayMs, undefined, { signal }).catch(() => undefined);
}
