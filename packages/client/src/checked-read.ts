/**
 * A read that is not served by the replica that the region's monitor watches, or may not be: another
 * one behind the same address. The node's word for the region proves nothing there, so the server of
 * the read's own connection is held against a position that the node names.
 *
 * A node names one only if it can vouch for it; it may have to ask a replica first, so that the first
 * question may come back without one.
 */

import type { CheckedRead, ReadOperation } from '@rendezvous/protocol';
import { monotonicMs } from './clock.js';
import type { NodeSession } from './node-session.js';
import { createUnknown, waitFor } from './wait.js';
import type { WaitQuery, WaitResult } from './wait.js';

/** Whose word a read counts on. `auto`: the connection's where several servers were seen to answer. */
export type Verify = 'auto' | 'region' | 'connection';

/** The last pause between questions for a position; with those before, 1, 2, 4 and 8 ms, 31 ms in all. */
const ASK_PAUSE_MAX_MS = 16;

/** The read's result, or the answer that a policy is to decide about. */
export type Checked<T> =
  { readonly result: T; readonly answer?: never } | { readonly answer: WaitResult };

export function mustCheck(verify: Verify, { balanced }: ReadOperation<unknown>): boolean {
  return verify === 'connection' || (verify === 'auto' && balanced === true);
}

/** Asks until the node names a position, or until it is plain that it has none. */
export async function waitForPosition(session: NodeSession, query: WaitQuery): Promise<WaitResult> {
  const deadlineMs = monotonicMs() + query.timeoutMs;
  for (let pauseMs = 1; ; pauseMs *= 2) {
    const timeoutMs = Math.max(0, deadlineMs - monotonicMs());
    const answer = await waitFor(session, { ...query, timeoutMs });
    const isOver = answer.status !== 'consistent' || answer.position !== '';
    if (isOver || pauseMs > ASK_PAUSE_MAX_MS) return answer;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Reads where `answer.position` is shown within `timeoutMs`; else says why not. */
export async function executeChecked<T>(
  { executeAt }: ReadOperation<T>,
  answer: WaitResult,
  timeoutMs: number,
): Promise<Checked<T>> {
  if (answer.status !== 'consistent') return { answer };
  const checked: CheckedRead<T> =
    executeAt && answer.position !== ''
      ? await executeAt(answer.position, timeoutMs)
      : { status: 'unknown' };
  if (checked.status === 'served') return checked;
  const waitedMs = answer.waitedMs + Math.ceil(timeoutMs);
  return checked.status === 'behind'
    ? { answer: { ...createUnknown('replica_behind', '', waitedMs), status: 'timed_out' } }
    : { answer: createUnknown('position_unknown', '') };
}
