/**
 * What one session may have in progress at the same time.
 *
 * The node has limits for all sessions together; without these, one session that asks for too much
 * would use them up for all others. An id in progress names one operation: a second one under the
 * same id would hide the first from `cancel` and from the end of the session.
 */
import type { Asker } from './asker.js';
import { type CoreState, operationKey } from './core-state.js';
import { replyFailure, replyLimit } from './reply.js';

/** A session's share of the waits; a process with more reads at a time opens several. */
const WAIT_COUNT_MAX = 50_000;
/** A monitor attaches once to each of its replicas. */
const ATTACH_COUNT_MAX = 1_000;
/** A peer has one stream, for a moment two. */
const STREAM_COUNT_MAX = 8;
const HELD_APPLIED_COUNT_MAX = 1_000;

export type LastingOperation = 'wait' | 'attach' | 'replicate' | 'applied';

/** Whether the session may begin an operation that lasts; if not, it has been told why. */
export function admit(state: CoreState, asker: Asker, operation: LastingOperation): boolean {
  if (isInProgress(state, asker)) {
    const message = `an operation with the id ${String(asker.id)} is in progress`;
    replyFailure(state, asker, 'bad_request', message);
    return false;
  }
  const { count, limit } = usage(state, asker.session, operation);
  if (count < limit) return true;
  const message = `a session has at most ${String(limit)} of ${operation} in progress: end some`;
  replyLimit(state, asker, 'session', message);
  return false;
}

function isInProgress(state: CoreState, asker: Asker): boolean {
  const key = operationKey(asker.session, asker.id);
  if (state.attachments.has(key) || state.streams.has(key)) return true;
  return state.waits.get(asker.session, asker.id) !== undefined;
}

function usage(
  state: CoreState,
  session: number,
  operation: LastingOperation,
): { readonly count: number; readonly limit: number } {
  switch (operation) {
    case 'wait':
      return { count: state.waits.countOf(session), limit: WAIT_COUNT_MAX };
    case 'attach':
      return { count: countOf(state.attachments.values(), session), limit: ATTACH_COUNT_MAX };
    case 'replicate': {
      const askers = [...state.streams.values()].map((stream) => stream.asker);
      return { count: countOf(askers, session), limit: STREAM_COUNT_MAX };
    }
    case 'applied':
      return { count: countOf(state.heldApplied, session), limit: HELD_APPLIED_COUNT_MAX };
  }
}

function countOf(operations: Iterable<{ readonly session: number }>, session: number): number {
  let count = 0;
  for (const operation of operations) if (operation.session === session) count++;
  return count;
}
