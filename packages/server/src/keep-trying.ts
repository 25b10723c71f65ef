/** Long work that must go on whatever happens to it: try, back off, try again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createBackoff } from '@rendezvous/client/session';
import { RendezvousError } from '@rendezvous/protocol';

/** Peers and replicas come back soon or are away for long; a second is little beside either. */
const DELAY_MAX_MS = 1_000;

export interface KeepTryingOptions {
  readonly signal: AbortSignal;
  /** Called after each attempt that ended while it should have gone on. */
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
  while (!isStopped()) {
    try {
      await attempt(() => {
        backoff.reset();
      });
    } catch (error) {
      if (!isStopped()) onFailure(RendezvousError.from(error));
    }
    if (!isStopped()) await pause(backoff.nextDelayMs(), signal);
  }
}

/** Resolves after `delayMs`, or as soon as `signal` aborts. */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  await sleep(delayMs, undefined, { signal }).catch(() => undefined);
}
