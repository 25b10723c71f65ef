/** Asks the node whether what a bookmark covers is visible. What cannot be asked is `unknown`. */

import { RendezvousError, isEmptyBookmark, isIncomplete, toCoverage } from '@rendezvous/protocol';
import type { Bookmark, Pending, WaitResult } from '@rendezvous/protocol';
import { monotonicMs } from './clock.js';
import type { NodeSession } from './node-session.js';

/** How long after its deadline a wait may still be answered; then the node counts as unreachable. */
const ANSWER_GRACE_MS = 250;

export interface WaitQuery {
  readonly bookmark: Bookmark;
  /** Undefined: every store. */
  readonly store: string | undefined;
  readonly keys: readonly Uint8Array[];
  readonly region: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Whether the wait may block; asked when it is sent, which may be after a connect. Default true. */
  readonly mayBlock?: () => boolean;
  /** Nobody awaits it: it does not keep the process alive. Default false. */
  readonly background?: boolean;
  /** The answer should name a position. Default false. */
  readonly withPosition?: boolean;
  /** Why no node needs to be asked: nothing can be known. */
  readonly uncovered?: string | undefined;
}

/** There was nothing to wait for. */
const CONSISTENT: WaitResult = {
  status: 'consistent',
  prevented: false,
  waitedMs: 0,
  closedAgoMs: 0,
  pending: [],
  position: '',
};

/** Resolves by `timeoutMs` and 250 ms at the latest. Rejects only with `cancelled`, by its signal. */
export async function waitFor(session: NodeSession, query: WaitQuery): Promise<WaitResult> {
  const { bookmark, store, timeoutMs, background = false, signal, uncovered } = query;
  if (isEmptyBookmark(bookmark)) return CONSISTENT;
  if (uncovered !== undefined) return createUnknown(uncovered, store);
  if (isIncomplete(bookmark, store)) return createUnknown('bookmark_incomplete', store);
  const startMs = monotonicMs();
  try {
    const answer = await session.perform(
      (remainingMs) => ({
        kind: 'wait',
        coverage: toCoverage(bookmark),
        region: query.region,
        store: store ?? '',
        keys: query.keys,
        timeoutMs: query.mayBlock?.() === false ? 0 : toNodeTimeoutMs(remainingMs),
        withPosition: query.withPosition ?? false,
      }),
      { timeoutMs: timeoutMs + ANSWER_GRACE_MS, background, signal },
    );
    if (answer.kind !== 'waitAnswer') return createUnknown('bad_frame', store);
    const { kind: _kind, ...result } = answer;
    return result;
  } catch (error) {
    const { code } = RendezvousError.from(error);
    if (signal?.aborted) throw error;
    const waitedMs = Math.round(monotonicMs() - startMs);
    return createUnknown(UNREACHABLE.has(code) ? 'unreachable' : code, store, waitedMs);
  }
}

/** The answer when nothing can be said. */
export function createUnknown(reason: string, store: string | undefined, waitedMs = 0): WaitResult {
  const pending = [{ store: store ?? '', bid: '', ageMs: 0, etaMs: 0, reason }];
  return { ...CONSISTENT, status: 'unknown', waitedMs, pending };
}

/** For messages: the first of what is pending. */
export function describePending(pending: readonly Pending[]): string {
  const shown = pending
    .slice(0, 5)
    .map(({ store, reason, ageMs }) => `${store || 'any store'}: ${reason} for ${ageMs} ms`);
  const hidden = pending.length - shown.length;
  return shown.join('; ') + (hidden > 0 ? `; and ${hidden} more` : '');
}

const UNREACHABLE: ReadonlySet<string> = new Set(['unavailable', 'shut_down', 'cancelled']);

function toNodeTimeoutMs(remainingMs: number): number {
  return Math.max(0, Math.ceil(remainingMs - ANSWER_GRACE_MS));
}
