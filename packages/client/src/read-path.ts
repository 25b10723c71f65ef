/**
 * How a read comes to see every write that its bookmark covers.
 *
 * ```
 *   nothing to wait for ─────────────────────────────▶ execute
 *   observe: execute, and beside it ask what would have been
 *   enforce: ask and, if repeatable and worth it, execute at once
 *              ├─ consistent, closed before the read began ─▶ that result
 *              ├─ consistent ──────────────────────────────▶ execute (again)
 *              └─ timed_out, unknown ──────────────────────▶ the policy
 *   enforce, on a connection that must be checked: the adapter asks, and executes where the position
 *   of the answer is shown
 * ```
 *
 * Whether the read began after the close is decided without comparing clocks: the node says how
 * long ago the last covered branch closed, rounded down, and this process knows how long ago it
 * issued the read, rounded up (rule 23).
 *
 * When the node is unreachable a read ends as `onUnavailable` says, at its deadline at the latest.
 */

import { RendezvousError, isEmptyBookmark } from '@rendezvous/protocol';
import type {
  AskPosition,
  Bookmark,
  CheckedRead,
  ReadOperation,
  Verify,
  WaitResult,
} from '@rendezvous/protocol';
import { monotonicMs } from './clock.js';
import { effectiveMode } from './client-parts.js';
import type { ClientParts } from './client-parts.js';
import { usableKeys } from './keys.js';
import { createOriginError } from './options.js';
import type { FallbackAction, Policy } from './policy.js';
import type { SpeculationGauge } from './speculation.js';
import { describePending, waitFor } from './wait.js';
import type { WaitQuery } from './wait.js';

/** A read and all that decides about it. */
export interface Read<T> {
  readonly parts: ClientParts;
  readonly store: string;
  readonly region: string;
  readonly origin: unknown;
  readonly verify: Verify;
  readonly policy: Policy;
  readonly speculation: SpeculationGauge;
  readonly operation: ReadOperation<T>;
}

export async function performRead<T>(read: Read<T>): Promise<T> {
  const { parts, store, policy, operation } = read;
  if (operation.fromPrimary || mayPass(parts, policy)) return operation.execute();
  const bookmark = parts.scope.current.context?.bookmark;
  if (!bookmark) {
    throw new RendezvousError(
      'bookmark_missing',
      `A read of store "${store}" has no bookmark: run it inside rv.run().`,
    );
  }
  const isObserved = effectiveMode(parts, policy.mode) === 'observe';
  return isObserved ? observeRead(read, bookmark) : enforceRead(read, bookmark);
}

/** Whether a read has nothing to wait for. One without a bookmark is counted as such. */
export function mayPass(parts: ClientParts, policy: Policy): boolean {
  const mode = effectiveMode(parts, policy.mode);
  if (mode === 'off') return true;
  const bookmark = parts.scope.current.context?.bookmark;
  if (bookmark) return isEmptyBookmark(bookmark);
  parts.counters.add('missing');
  return mode !== 'enforce' || policy.onMissing === 'proceed';
}

function observeRead<T>(read: Read<T>, bookmark: Bookmark): Promise<T> {
  const query = { ...toQuery(read, bookmark), mayBlock: () => false, background: true };
  const answering = waitFor(read.parts.session, query);
  answering.then((answer) => countObserved(read.parts, answer)).catch(() => undefined);
  return read.operation.execute();
}

async function enforceRead<T>(read: Read<T>, bookmark: Bookmark): Promise<T> {
  const { parts, policy, operation } = read;
  const isEnforced = (): boolean => effectiveMode(parts, policy.mode) === 'enforce';
  const issuedMs = monotonicMs();
  const query: WaitQuery = { ...toQuery(read, bookmark), mayBlock: isEnforced };
  const { check } = operation;
  const askPosition: AskPosition = (timeoutMs) =>
    waitFor(parts.session, { ...query, timeoutMs, withPosition: true });
  const waiting: Promise<CheckedRead<T>> = check
    ? check(askPosition, policy.timeoutMs)
    : waitFor(parts.session, query);
  const isIndependent = operation.repeatable && !check && query.uncovered === undefined;
  const mayExecuteEarly = isIndependent && policy.speculate;
  const early = mayExecuteEarly && read.speculation.pays ? execute(operation) : undefined;
  // It may be discarded, and an error of a discarded read is discarded with it.
  early?.catch(() => undefined);
  const answer = await waiting;
  if (!isEnforced()) {
    // The connection to ask on brought the news that the operator relaxed the mode.
    countObserved(parts, answer);
    return early ?? operation.execute();
  }
  parts.counters.addWait(answer.status, answer.prevented);
  if (answer.status !== 'consistent') return fallBack(read, answer, early);
  if (check) return answer.result as T;
  const elapsedMs = Math.ceil(monotonicMs() - issuedMs);
  const isValid = answer.closedAgoMs > elapsedMs;
  read.speculation.record(isValid ? 'hit' : 'miss');
  if (!early) return operation.execute(answer);
  parts.counters.add(isValid ? 'speculationsAccepted' : 'speculationsRepeated');
  return isValid ? early : operation.execute(answer);
}

function fallBack<T>(read: Read<T>, answer: WaitResult, early?: Promise<T>): Promise<T> {
  const { parts, store, policy, operation } = read;
  const timedOut = answer.status === 'timed_out';
  if (!timedOut) {
    parts.counters.add('unavailable');
    const pending = describePending(answer.pending);
    parts.log({ level: 'warn', event: 'consistency_unknown', store, pending });
  }
  const action: FallbackAction = timedOut ? policy.onTimeout : policy.onUnavailable;
  switch (action) {
    case 'throw':
      throw createReadError(read, answer);
    case 'proceed':
      // After a deadline the early result is as old as the wait was long; a fresh one may be better.
      return timedOut || !early ? operation.execute() : early;
    case 'origin':
      return readAtOrigin(read, answer);
    case 'requeue':
      requeue(parts, answer);
      throw createReadError(read, answer);
  }
}

/** Whoever can give the message back does so once the read has thrown. */
function requeue({ scope, counters }: ClientParts, answer: WaitResult): void {
  counters.add('requeuedReads');
  const { requeue: giveBack } = scope.current;
  if (typeof giveBack === 'function') giveBack(answer);
}

function readAtOrigin<T>(read: Read<T>, answer: WaitResult): Promise<T> {
  const { parts, store, origin, operation } = read;
  if (origin === undefined) throw createOriginError(store);
  if (!operation.executeAtOrigin) throw createReadError(read, answer);
  parts.counters.add('originReads');
  return operation.executeAtOrigin(origin);
}

function createReadError<T>(
  { store, region }: Read<T>,
  { status, waitedMs, pending }: WaitResult,
): RendezvousError {
  const unreachable = pending.some(({ reason }) => reason === 'unreachable');
  const unknown = unreachable ? 'unavailable' : 'consistency_unknown';
  return new RendezvousError(
    status === 'timed_out' ? 'wait_timed_out' : unknown,
    `A read of store "${store}" in region "${region}", after ${waitedMs} ms: ${describePending(pending)}.`,
  );
}

function toQuery<T>(read: Read<T>, bookmark: Bookmark): WaitQuery {
  const { parts, store, region, policy, operation } = read;
  const keys = usableKeys(operation.keys ?? parts.scope.current.keys);
  const isUnchecked = read.verify === 'connection' && !operation.check;
  const uncovered = operation.uncovered ?? (isUnchecked ? 'position_unknown' : undefined);
  return { bookmark, store, keys, region, timeoutMs: policy.timeoutMs, uncovered };
}

function countObserved({ counters }: ClientParts, { status }: WaitResult): void {
  counters.add('observed');
  if (status === 'timed_out') counters.add('observedStale');
  if (status === 'unknown') counters.add('observedUnknown');
}

/** Executes at once; also what is thrown on the way becomes a rejection. */
async function execute<T>(operation: ReadOperation<T>): Promise<T> {
  return operation.execute();
}
