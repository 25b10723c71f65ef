/**
 * Opens and aborts branches. Both are idempotent by bid, so they are retried in the background until
 * the node answers, for a minute at most and ten thousand at a time.
 */

import { RendezvousError } from '@rendezvous/protocol';
import type { Abort, NodeBody, Open, Opened } from '@rendezvous/protocol';
import type { Context } from './context.js';
import type { CounterSet } from './counters.js';
import { within } from './deadline.js';
import { pause } from './pause.js';
import { createIdentifier } from './identifier.js';
import type { Log } from './log.js';
import type { NodeSession } from './node-session.js';
import { createBackoff } from './session/index.js';

const RETRY_MS_MAX = 60_000;
const IN_PROGRESS_MAX = 10_000;

/** What a branch is opened for. */
export type BranchRequest = Pick<Open, 'store' | 'home' | 'keys' | 'position'> &
  Partial<Pick<Open, 'leaseMs' | 'marker'>>;

/** An open in progress. */
export interface OpenAttempt {
  readonly bid: string;
  /** Undefined when it was given up. Never rejects. */
  readonly opened: Promise<Opened | undefined>;
  /** Ends the retries. */
  abandon(): void;
  /** Tells the node that the store acknowledged the write within its lease. Best effort. */
  confirm(): void;
}

export interface BranchOpenerOptions {
  readonly session: NodeSession;
  readonly counters: CounterSet;
  readonly log: Log;
}

export class BranchOpener {
  readonly #options: BranchOpenerOptions;
  readonly #inProgress = new Set<Promise<unknown>>();

  constructor(options: BranchOpenerOptions) {
    this.#options = options;
  }

  /** Sends an open, in this turn if connected. */
  start(rid: string, request: BranchRequest, bid: string = createIdentifier()): OpenAttempt {
    const abandoning = new AbortController();
    this.#options.counters.add('opens');
    let body: Open = { kind: 'open', bid, rid, leaseMs: 0, marker: '', ...request };
    const opened = this.#track(this.#retry(() => body, abandoning.signal)).then((answer) => {
      if (answer?.kind === 'opened') return answer;
      if (!abandoning.signal.aborted) this.#options.counters.add('opensGivenUp');
      return undefined;
    });
    return {
      bid,
      opened,
      abandon: () => {
        abandoning.abort();
      },
      confirm: () => {
        // The retries of an open that is still under way say so too.
        body = { ...body, leaseMs: 0 };
        this.#options.session.tell({ kind: 'confirm', bid });
      },
    };
  }

  /**
   * Makes the context cover the branch once its open is acknowledged, and waits for that, at most
   * `timeoutMs`. Until then, and for good if the open is given up, the context's bookmark is
   * incomplete for the store. Resolves with whether it was acknowledged in time.
   */
  async cover(
    context: Context,
    store: string,
    attempt: OpenAttempt,
    timeoutMs: number,
  ): Promise<boolean> {
    const opened = await within(attempt.opened, timeoutMs);
    if (opened) {
      context.cover(opened);
      return true;
    }
    this.#options.counters.add('opensUnacknowledged');
    this.#options.log({ level: 'warn', event: 'open_unacknowledged', store, timeoutMs });
    const unmark = context.markUnacknowledged(store);
    const coverLate = async (): Promise<void> => {
      const late = await attempt.opened;
      if (!late) return;
      context.cover(late);
      unmark();
    };
    coverLate().catch(() => undefined);
    return false;
  }

  /** Aborts in the background. */
  abort(bid: string): void {
    this.#track(this.#retry(() => ({ kind: 'abort', bid }))).catch(() => undefined);
  }

  /** Waits until nothing is in progress. Resolves with false if that takes longer than `timeoutMs`. */
  async flush(timeoutMs: number): Promise<boolean> {
    await within(this.#settled(), timeoutMs);
    return this.#inProgress.size === 0;
  }

  async #settled(): Promise<void> {
    while (this.#inProgress.size > 0) await Promise.all(this.#inProgress);
  }

  #track<T>(task: Promise<T>): Promise<T> {
    this.#inProgress.add(task);
    return task.finally(() => this.#inProgress.delete(task));
  }

  /** Resolves with undefined when it is given up. Never rejects. */
  async #retry(toBody: () => Open | Abort, signal?: AbortSignal): Promise<NodeBody | undefined> {
    const { session, log } = this.#options;
    if (this.#inProgress.size >= IN_PROGRESS_MAX) {
      log({ level: 'error', event: 'opens_overflow', countMax: IN_PROGRESS_MAX });
      return undefined;
    }
    const deadlineMs = performance.now() + RETRY_MS_MAX;
    const backoff = createBackoff();
    for (;;) {
      try {
        const timeoutMs = deadlineMs - performance.now();
        return await session.perform(toBody, {
          timeoutMs,
          patient: true,
          background: true,
          signal,
        });
      } catch (error) {
        const { code, message, retryable } = RendezvousError.from(error);
        if (signal?.aborted) return undefined;
        if (!retryable || performance.now() >= deadlineMs) {
          log({ level: 'error', event: `${toBody().kind}_given_up`, code, message });
          return undefined;
        }
      }
      await pause(backoff.nextDelayMs());
    }
  }
}
