/**
 * A read that is not served by the replica that the region's monitor watches, or may not be: another
 * one behind the same address. The node's word for the region proves nothing there, so the server of
 * the read's own connection is held against a position that the node names.
 *
 * A node names one only if it can vouch for it; it may have to ask a replica first, so that the first
 * question may come back without one.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AskPosition,
  CheckedRead,
  ReadOperation,
  StoreHandle,
  WaitResult,
} from '@rendezvous/protocol';
import { awaitShown } from './replica-check.js';
import type { Shown } from './replica-check.js';
import type { ServerConnection } from './server-connection.js';
import { isBalanced } from './servers-seen.js';

/** Provides a connection for as long as `use` takes. */
export type WithConnection = <R>(use: (connection: ServerConnection) => Promise<R>) => Promise<R>;

/** How `run` is checked on the connection that it gets, if a read through this handle has to be. */
export function checkRead<T>(
  handle: StoreHandle,
  withConnection: WithConnection,
  run: (connection: ServerConnection) => Promise<T>,
): Pick<ReadOperation<T>, 'check'> {
  const { verify } = handle;
  if (verify === 'region' || (verify === 'auto' && !isBalanced(handle))) return {};
  const readAt: ReadAt<T> = (position, timeoutMs) =>
    withConnection(async (connection) => {
      const shown = await awaitShown(connection, position, timeoutMs);
      return shown === 'shown' ? { shown, result: await run(connection) } : { shown };
    });
  return { check: (ask, timeoutMs) => performChecked(ask, timeoutMs, readAt) };
}

/** Reads where `position` is shown within `timeoutMs`. */
export type ReadAt<T> = (
  position: string,
  timeoutMs: number,
) => Promise<{ readonly shown: Shown; readonly result?: T }>;

/** Asks for a position and reads there, or says why not, by `timeoutMs`. */
export async function performChecked<T>(
  ask: AskPosition,
  timeoutMs: number,
  readAt: ReadAt<T>,
): Promise<CheckedRead<T>> {
  const deadlineMs = performance.now() + timeoutMs;
  const remainingMs = (): number => Math.max(0, deadlineMs - performance.now());
  const answer = await askUntilNamed(ask, remainingMs);
  if (answer.status !== 'consistent') return answer;
  if (answer.position === '') return notServed(answer, 'unknown', 'position_unknown', 0);
  const leftMs = remainingMs();
  const { shown, ...served } = await readAt(answer.position, leftMs);
  if (shown === 'shown') return { ...answer, ...served };
  return shown === 'behind'
    ? notServed(answer, 'timed_out', 'replica_behind', Math.ceil(leftMs))
    : notServed(answer, 'unknown', 'position_unknown', 0);
}

/** The last pause between questions for a position; with those before, 1, 2, 4 and 8 ms, 31 ms in all. */
const ASK_PAUSE_MAX_MS = 16;

/** Asks until the node names a position, or until it is plain that it has none. */
async function askUntilNamed(ask: AskPosition, remainingMs: () => number): Promise<WaitResult> {
  for (let pauseMs = 1; ; pauseMs *= 2) {
    const answer = await ask(remainingMs());
    const isOver = answer.status !== 'consistent' || answer.position !== '';
    if (isOver || pauseMs > ASK_PAUSE_MAX_MS) return answer;
    await sleep(pauseMs);
  }
}

function notServed(
  { prevented, waitedMs }: WaitResult,
  status: 'timed_out' | 'unknown',
  reason: string,
  spentMs: number,
): WaitResult {
  return {
    status,
    prevented,
    waitedMs: waitedMs + spentMs,
    closedAgoMs: 0,
    pending: [{ store: '', bid: '', ageMs: 0, etaMs: 0, reason }],
    position: '',
  };
}
