import type { RendezvousError } from '@rendezvous/protocol';
import { createBackoff } from '../session/index.js';
import type { SessionTimings } from './session-timings.js';

/** A node's address and what this process has learned of the node: when to try it, what it serves. */
export interface Endpoint {
  readonly url: string;
  /** For messages and logs: unlike the URL it holds no credentials. */
  readonly host: string;
  /** Its place in the list of preference; 0 is first, and equals share one. */
  readonly tier: number;
  /** Whether the node answers for the client's region. Taken to be so until a Welcome says otherwise. */
  readonly servesRegion: boolean;
  /** Why the node does not take us, if its last answer was that. */
  readonly refusal: RendezvousError | undefined;
  /** How long to leave the node alone; 0 if it may be tried now. */
  readyInMs(nowMs: number): number;
  welcomed(servesRegion: boolean): void;
  /** An attempt failed. The next one comes after a pause: a jittered back-off, at most `delayMsMax`. */
  failed(error: RendezvousError, nowMs: number, delayMsMax: number): void;
  /** A connection ended that had lasted `heldMs`. If that is not long, it counts as a failed attempt. */
  lost(heldMs: number, nowMs: number): void;
}

export function createEndpoint(url: string, tier: number, timings: SessionTimings): Endpoint {
  const backoff = createBackoff({ delayMsMax: timings.returnDelayMsMax });
  let readyAtMs = -Infinity;
  const endpoint = {
    url,
    host: new URL(url).host,
    tier,
    servesRegion: true,
    refusal: undefined as RendezvousError | undefined,
    readyInMs: (nowMs: number) => Math.max(0, readyAtMs - nowMs),
    welcomed(servesRegion: boolean) {
      endpoint.servesRegion = servesRegion;
      endpoint.refusal = undefined;
    },
    failed(error: RendezvousError, nowMs: number, delayMsMax: number) {
      endpoint.refusal = error.retryable ? undefined : error;
      const delayMs = Math.min(backoff.nextDelayMs(), delayMsMax);
      readyAtMs = nowMs + (endpoint.refusal ? timings.refusedDelayMs : delayMs);
    },
    lost(heldMs: number, nowMs: number) {
      if (heldMs >= timings.stableMs) backoff.reset();
      else readyAtMs = nowMs + backoff.nextDelayMs();
    },
  };
  return endpoint;
}
