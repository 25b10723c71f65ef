/**
 * Opens and aborts branches. Both are idempotent by bid, so they are retried in the background until
 * the node answers, for a minute at most and ten thousand at a time.
 */

import { RendezvousError } from '@rendezvous/protocol';
import type { Abort, NodeBody, Open, Opened } from '@rendezvous/protocol';
import { monotonicMs } from './clock.js';
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

export interface BranchOpener {
  /** Sends an open, in this turn if connected. */
  start(rid: string, request: BranchRequest, bid?: string): OpenAttempt;
  /**
   * Makes the context cover the branch once its open is acknowledged, and waits for that, at most
   * `timeoutMs`. Until then, and for good if the open is given up, the context's bookmark is
   * incomplete for the store. Resolves with whether it was acknowledged in time.
   */
  cover(context: Context, store: string, attempt: OpenAttempt, timeoutMs: number): Promise<boolean>;
  /** Aborts in the background. */
  abort(bid: string): void;
  /** Waits until nothing is in progress. Resolves with false if that takes longer than `timeoutMs`. */
  flush(timeoutMs: number): Promise<boolean>;
}

export function createBranchOpener(options: BranchOpenerOptions): BranchOpener {
  const { session, counters, log } = options;
  const inProgress = new Set<Promise<unknown>>();

  const perform: Perform = async (toBody, signal) => {
    if (inProgress.size >= IN_PROGRESS_MAX) {
      log({ level: 'error', event: 'opens_overflow', countMax: IN_PROGRESS_MAX });
      return undefined;
    }
    const task = retry(options, toBody, signal);
    inProgress.add(task);
    return task.finally(() => inProgress.delete(task));
  };
  const settled = async (): Promise<void> => {
    while (inProgress.size > 0) await Promise.all(inProgress);
  };

  return {
    start(rid, request, bid = createIdentifier()) {
      const abandoning = new AbortController();
      const { signal } = abandoning;
      counters.add('opens');
      let body: Open = { kind: 'open', bid, rid, leaseMs: 0, marker: '', ...request };
      const opened = perform(() => body, signal).then((answer) => {
        if (answer?.kind === 'opened') return answer;
        if (!signal.aborted) counters.add('opensGivenUp');
        return undefined;
      });
      return {
        bid,
        opened,
        abandon() {
          abandoning.abort();
        },
        confirm() {
          // The retries of an open that is still under way say so too.
          body = { ...body, leaseMs: 0 };
          session.tell({ kind: 'confirm', bid });
        },
      };
    },
    async cover(context, store, { opened }, timeoutMs) {
      const inTime = await within(opened, timeoutMs);
      if (inTime) {
        context.cover(inTime);
        return true;
      }
      counters.add('opensUnacknowledged');
      log({ level: 'warn', event: 'open_unacknowledged', store, timeoutMs });
      const unmark = context.markUnacknowledged(store);
      opened
        .then((late) => {
          if (!late) return;
          context.cover(late);
          unmark();
        })
        .catch(() => undefined);
      return false;
    },
    abort(bid) {
      perform(() => ({ kind: 'abort', bid })).catch(() => undefined);
    },
    async flush(timeoutMs) {
      await within(settled(), timeoutMs);
      return inProgress.size === 0;
    },
  };
}

/** Resolves with undefined when it is given up. Never rejects. */
type Perform = (toBody: () => Open | Abort, signal?: AbortSignal) => Promise<NodeBody | undefined>;

async function retry(
  { session, log }: BranchOpenerOptions,
  toBody: () => Open | Abort,
  signal?: AbortSignal,
): Promise<NodeBody | undefined> {
  const deadlineMs = monotonicMs() + RETRY_MS_MAX;
  const backoff = createBackoff();
  for (;;) {
    try {
      const timeoutMs = deadlineMs - monotonicMs();
      return await session.perform(toBody, { timeoutMs, patient: true, background: true, signal });
    } catch (error) {
      const { code, message, retryable } = RendezvousError.from(error);
      if (signal?.aborted) return undefined;
      if (!retryable || monotonicMs() >= deadlineMs) {
        log({ level: 'error', event: `${toBody().kind}_given_up`, code, message });
        return undefined;
      }
    }
    await pause(backoff.nextDelayMs());
  }
}
