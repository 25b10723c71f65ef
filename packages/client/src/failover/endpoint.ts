import type { RendezvousError } from '@rendezvous/protocol';
import { createBackoff } from '../session/index.js';
import type { Backoff } from '../session/index.js';
import type { SessionTimings } from './session-timings.js';

/** A node's address and what this process has learned of the node: when to try it, what it serves. */
export class Endpoint {
  readonly url: string;
  /** For messages and logs: unlike the URL it holds no credentials. */
  readonly host: string;
  /** Its place in the list of preference; 0 is first, and equals share one. */
  readonly tier: number;
  readonly #timings: SessionTimings;
  readonly #backoff: Backoff;
  #servesRegion = true;
  #refusal: RendezvousError | undefined;
  #readyAtMs = -Infinity;

  constructor(url: string, tier: number, timings: SessionTimings) {
    this.url = url;
    this.host = new URL(url).host;
    this.tier = tier;
    this.#timings = timings;
    this.#backoff = createBackoff({ delayMsMax: timings.returnDelayMsMax });
  }

  /** Whether the node answers for the client's region. Taken to be so until a Welcome says otherwise. */
  get servesRegion(): boolean {
    return this.#servesRegion;
  }

  /** Why the node does not take us, if its last answer was that. */
  get refusal(): RendezvousError | undefined {
    return this.#refusal;
  }

  /** How long to leave the node alone; 0 if it may be tried now. */
  readyInMs(nowMs: number): number {
    return Math.max(0, this.#readyAtMs - nowMs);
  }

  welcomed(servesRegion: boolean): void {
    this.#servesRegion = servesRegion;
    this.#refusal = undefined;
  }

  /** An attempt failed. The next one comes after a pause: a jittered back-off, at most `delayMsMax`. */
  failed(error: RendezvousError, nowMs: number, delayMsMax: number): void {
    this.#refusal = error.retryable ? undefined : error;
    const delayMs = Math.min(this.#backoff.nextDelayMs(), delayMsMax);
    this.#readyAtMs = nowMs + (this.#refusal ? this.#timings.refusedDelayMs : delayMs);
  }

  /** A connection ended that had lasted `heldMs`. If that is not long, it counts as a failed attempt. */
  lost(heldMs: number, nowMs: number): void {
    if (heldMs >= this.#timings.stableMs) this.#backoff.reset();
    else this.#readyAtMs = nowMs + this.#backoff.nextDelayMs();
  }
}
