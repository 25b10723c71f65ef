/**
 * A read that is not served by the replica that the region's monitor watches, or may not be: another
 * one behind the same address. The node's word for the region proves nothing there, so the server of
 * the read's own connection is held against a position that the node names.
 *
 * A node names one only if it can vouch for it; it may have to ask a replica first, so that the first
 * question may come back without one.
 */

import { RendezvousError } from '@rendezvous/protocol';
import type { ReadOperation } from '@rendezvous/protocol';
import { createUnknown } from './wait.js';
import type { WaitResult } from './wait.js';

/** Whose word a read counts on. `auto`: the connection's where several servers were seen to answer. */
export type Verify = 'auto' | 'region' | 'connection';

/** How often a node is asked for a position, with 1, 2, 4, … ms between: 31 ms in all. */
const ASK_COUNT_MAX = 6;

/** The read's result, or the answer that a policy is to decide about. */
export type Checked<T> =
  { readonly result: T; readonly answer?: never } | { readonly answer: WaitResult };

export function mustCheck(verify: Verify, { balanced }: ReadOperation<unknown>): boolean {
  return verify === 'connection' || (verify === 'auto' && balanced === true);
}

/** Asks until the node names a position, or never does. */
export async function askForPosition(
  ask: () => Promise<WaitResult>,
  deadlineMs: number,
): Promise<WaitResult> {
  for (let asked = 1; ; asked++) {
    const answer = await ask();
    if (answer.status !== 'consistent' || answer.position !== '') return answer;
    if (asked === ASK_COUNT_MAX || performance.now() >= deadlineMs) return answer;
    await new Promise((resolve) => setTimeout(resolve, 2 ** (asked - 1)));
  }
}

/** Reads where `answer.position` is shown, by `deadlineMs`; else says why not. */
export async function readChecked<T>(
  operation: ReadOperation<T>,
  store: string,
  answer: WaitResult,
  deadlineMs: number,
): Promise<Checked<T>> {
  if (!operation.executeAt) {
    throw new RendezvousError(
      'config_invalid',
      `The option "verify" of store "${store}" is "connection", which its adapter cannot do.`,
    );
  }
  if (answer.position === '') return { answer: createUnknown('position_unknown', store) };
  const timeoutMs = Math.max(0, deadlineMs - performance.now());
  const checked = await operation.executeAt(answer.position, timeoutMs);
  if (checked.status === 'served') return { result: checked.result };
  const isBehind = checked.status === 'behind';
  const unknown = createUnknown(isBehind ? 'replica_behind' : 'position_unknown', store);
  const waitedMs = answer.waitedMs + Math.ceil(timeoutMs);
  return { answer: isBehind ? { ...unknown, status: 'timed_out', waitedMs } : unknown };
}
