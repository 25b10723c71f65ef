/**
 * How a write opens its branch. Once the datastore accepted the write nothing here fails it: an open
 * that is not acknowledged in time makes the bookmark incomplete, and is retried in the background.
 *
 * A marked write takes the id of its branch along, so both go out together and cost the longer of the
 * two. Only a failure that is certain aborts the branch (rule 15):
 *
 * ```
 *   open and write ─┬─ acknowledged in its lease ──▶ confirm; the bookmark covers the branch
 *                   ├─ acknowledged later ──▶ open 2, with the marker of 1, replaces it
 *                   ├─ failed, nothing written ──▶ abort
 *                   └─ failed, who knows ──▶ the bookmark covers the branch
 * ```
 *
 * With `strictWrites` a branch without a position opens first, so that a write which no node
 * knows of never happens; the real branch, with the position, replaces it:
 *
 * ```
 *   open 1 ── refused ──▶ open_refused, nothing was written
 *     └─▶ write ── failed, nothing written ──▶ abort 1
 *           └─▶ open 2 ── acknowledged ──▶ abort 1; the bookmark covers 2
 *                 └─ not in time ──▶ the bookmark covers 1, which never closes, and is incomplete
 * ```
 */

import { RendezvousError } from '@rendezvous/protocol';
import type { Opened, WriteOperation, WriteOutcome } from '@rendezvous/protocol';
import { monotonicMs } from './clock.js';
import type { BranchRequest, OpenAttempt } from './branch-opener.js';
import { effectiveMode, openPatienceMs } from './client-parts.js';
import type { ClientParts } from './client-parts.js';
import type { Context } from './context.js';
import { within } from './deadline.js';
import { createIdentifier } from './identifier.js';
import { usableKeys } from './keys.js';
import type { Policy } from './policy.js';

/** What a write is given whose branch nobody will open. */
const NO_BID = '';

/** A write and all that decides about it. */
export interface Write<T> {
  readonly parts: ClientParts;
  readonly store: string;
  readonly strictWrites: boolean;
  readonly openTimeoutMs: number;
  readonly policy: Policy;
  readonly operation: WriteOperation<T>;
}

export async function performWrite<T>(write: Write<T>): Promise<T> {
  const { parts, policy, operation } = write;
  // What surrounds the call now: the request may go on in another context before the write ends.
  const { context, keys } = parts.scope.current;
  const mode = effectiveMode(parts, policy.mode);
  if (mode === 'off') return (await operation.execute(NO_BID)).result;
  if (!context) return writeOutsideRun(write);
  const request = toRequest(write, operation.keys ?? keys);
  const isStrict = write.strictWrites && mode === 'enforce';
  if (operation.marked || isStrict) return writeBehindOpen(write, context, request, isStrict);
  const bid = createIdentifier();
  const outcome = await operation.execute(bid);
  if (outcome.wrote) {
    const attempt = parts.opener.start(context.rid, withPosition(request, outcome), bid);
    await cover(write, context, attempt);
  }
  return outcome.result;
}

async function writeOutsideRun<T>({ parts, operation }: Write<T>): Promise<T> {
  // A marker without a branch still shows to others what became of theirs.
  const outcome = await operation.execute(operation.marked ? createIdentifier() : NO_BID);
  if (outcome.wrote) parts.counters.add('writesOutsideRun');
  return outcome.result;
}

/** For a write with a marker, and for a strict one: its open goes first. */
async function writeBehindOpen<T>(
  write: Write<T>,
  context: Context,
  request: BranchRequest,
  isStrict: boolean,
): Promise<T> {
  const { parts, operation } = write;
  const { opener } = parts;
  const { marked } = operation;
  const { leaseMs = Infinity, marker = '' } = marked ?? {};
  const startedAtMs = monotonicMs();
  const spentMs = (): number => monotonicMs() - startedAtMs;
  const first = opener.start(context.rid, { ...request, ...(marked && { leaseMs, marker }) });
  const opened = isStrict ? await openedOrRefuse(write, first) : undefined;
  const bid = marked ? first.bid : createIdentifier();
  let outcome: WriteOutcome<T>;
  try {
    outcome = await operation.execute(bid);
  } catch (error) {
    if (!marked || marked.isCertainFailure(error)) withdraw(write, first);
    else await cover(write, context, first, spentMs());
    throw error;
  }
  if (!outcome.wrote) {
    withdraw(write, first);
  } else if (outcome.position === undefined && spentMs() <= leaseMs) {
    if (marked) first.confirm();
    await cover(write, context, first, spentMs());
  } else {
    const replacement = withPosition(request, outcome);
    const second = marked
      ? opener.start(context.rid, { ...replacement, marker: marker || bid })
      : opener.start(context.rid, replacement, bid);
    const isCovered = await coverInstead(write, context, second, first);
    if (!isCovered && opened) context.cover(opened);
  }
  return outcome.result;
}

/** Covers the second branch; the first goes once the second is acknowledged. Resolves as `cover`. */
async function coverInstead<T>(
  write: Write<T>,
  context: Context,
  second: OpenAttempt,
  first: OpenAttempt,
): Promise<boolean> {
  const isCovered = await cover(write, context, second);
  abortOnceReplaced(write, first, second).catch(() => undefined);
  return isCovered;
}

/** Bookmarks that rely on the first branch alone are incomplete: none can take its end for the write's. */
async function abortOnceReplaced<T>(
  write: Write<T>,
  first: OpenAttempt,
  second: OpenAttempt,
): Promise<void> {
  if (await second.opened) write.parts.opener.abort(first.bid);
}

/** Nothing was written: there is nothing to wait for. */
function withdraw<T>({ parts }: Write<T>, attempt: OpenAttempt): void {
  attempt.abandon();
  parts.opener.abort(attempt.bid);
}

async function openedOrRefuse<T>(write: Write<T>, first: OpenAttempt): Promise<Opened> {
  const { parts, store, openTimeoutMs } = write;
  const opened = await within(first.opened, openPatienceMs(parts, openTimeoutMs));
  if (opened) return opened;
  withdraw(write, first);
  parts.counters.add('writesRefused');
  throw new RendezvousError(
    'open_refused',
    `No node acknowledged a branch of store "${store}" in ${openTimeoutMs} ms: nothing was written.`,
  );
}

/** `spentMs`: how long the open has been under way. */
function cover<T>(
  write: Write<T>,
  context: Context,
  attempt: OpenAttempt,
  spentMs: number = 0,
): Promise<boolean> {
  const patienceMs = openPatienceMs(write.parts, Math.max(0, write.openTimeoutMs - spentMs));
  return write.parts.opener.cover(context, write.store, attempt, patienceMs);
}

function toRequest<T>(
  { store, operation: { home = '' } }: Write<T>,
  keys: readonly Uint8Array[],
): BranchRequest {
  return { store, home, keys: usableKeys(keys), position: '' };
}

function withPosition<T>(request: BranchRequest, { position }: WriteOutcome<T>): BranchRequest {
  return { ...request, position: position ?? '' };
}
