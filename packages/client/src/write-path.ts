/**
 * How a write opens its branch. Once the datastore accepted the write nothing here fails it: an open
 * that is not acknowledged in time makes the bookmark incomplete, and is retried in the background.
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
import type { WriteOperation, WriteOutcome } from '@rendezvous/protocol';
import type { BranchRequest, OpenAttempt } from './branch-opener.js';
import { effectiveMode, openPatienceMs } from './client-parts.js';
import type { ClientParts } from './client-parts.js';
import type { Context } from './context.js';
import { within } from './deadline.js';
import { createIdentifier } from './identifier.js';
import { areUsableKeys } from './keys.js';
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
  if (write.strictWrites && mode === 'enforce') return writeStrictly(write, context, request);
  const bid = createIdentifier();
  const outcome = await operation.execute(bid);
  if (outcome.wrote) {
    const attempt = parts.opener.start(context.rid, withPosition(request, outcome), bid);
    await cover(write, context, attempt);
  }
  return outcome.result;
}

async function writeOutsideRun<T>({ parts, operation }: Write<T>): Promise<T> {
  const outcome = await operation.execute(NO_BID);
  if (outcome.wrote) parts.counters.add('writesOutsideRun');
  return outcome.result;
}

async function writeStrictly<T>(
  write: Write<T>,
  context: Context,
  request: BranchRequest,
): Promise<T> {
  const { opener } = write.parts;
  const first = opener.start(context.rid, request);
  const opened = await within(first.opened, openPatienceMs(write.parts, write.openTimeoutMs));
  if (!opened) throw refuseWrite(write, first);
  const bid = createIdentifier();
  const outcome = await executeOrAbort(write, first, bid);
  if (!outcome.wrote) {
    opener.abort(first.bid);
  } else if (outcome.position === undefined) {
    context.cover(opened);
  } else {
    const second = opener.start(context.rid, withPosition(request, outcome), bid);
    if (await cover(write, context, second)) {
      opener.abort(first.bid);
    } else {
      context.cover(opened);
      abortOnceReplaced(write, first, second).catch(() => undefined);
    }
  }
  return outcome.result;
}

async function executeOrAbort<T>(
  write: Write<T>,
  first: OpenAttempt,
  bid: string,
): Promise<WriteOutcome<T>> {
  try {
    return await write.operation.execute(bid);
  } catch (error) {
    write.parts.opener.abort(first.bid);
    throw error;
  }
}

/** Bookmarks that rely on the first branch alone are incomplete: none can take its end for the write's. */
async function abortOnceReplaced<T>(
  write: Write<T>,
  first: OpenAttempt,
  second: OpenAttempt,
): Promise<void> {
  if (await second.opened) write.parts.opener.abort(first.bid);
}

function refuseWrite<T>({ parts, store, openTimeoutMs }: Write<T>, first: OpenAttempt): Error {
  first.abandon();
  parts.opener.abort(first.bid);
  parts.counters.add('writesRefused');
  return new RendezvousError(
    'open_refused',
    `Store "${store}" has strictWrites, and no node acknowledged a branch in ${openTimeoutMs} ms: nothing was written.`,
  );
}

function cover<T>(write: Write<T>, context: Context, attempt: OpenAttempt): Promise<boolean> {
  const patienceMs = openPatienceMs(write.parts, write.openTimeoutMs);
  return write.parts.opener.cover(context, write.store, attempt, patienceMs);
}

function toRequest<T>({ store }: Write<T>, keys: readonly Uint8Array[]): BranchRequest {
  return { store, home: '', keys: areUsableKeys(keys) ? keys : [], position: '' };
}

function withPosition<T>(request: BranchRequest, { position }: WriteOutcome<T>): BranchRequest {
  return { ...request, position: position ?? '' };
}
