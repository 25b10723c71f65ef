/** What every wrapper of a Lambda function does around the user's code. */

import type { PolicyOverrides, Rendezvous } from '@rendezvous/client';

/** The part of Lambda's context that is used. */
export interface LambdaContext {
  /** Milliseconds until Lambda ends the function. */
  getRemainingTimeInMillis?(): number;
  readonly clientContext?: unknown;
}

/** Kept from the remaining time: for the answer, and for whatever the user does with an error. */
const RESERVE_MS = 500;
/** Nothing in Lambda lasts longer. */
const REMAINING_MS_MAX = 900_000;
/** Longer than a healthy node needs, short beside what a blocked function costs. */
const FLUSH_MS_MAX = 1_000;

/** How long waits may go on from now: until 500 ms before Lambda ends the function. */
export function budgetMsOf(context: LambdaContext | undefined): number {
  const remainingMs = context?.getRemainingTimeInMillis?.() ?? REMAINING_MS_MAX + RESERVE_MS;
  return Math.min(REMAINING_MS_MAX, Math.max(0, Math.floor(remainingMs) - RESERVE_MS));
}

/**
 * Gives opens in progress the chance to be acknowledged before Lambda freezes the process: at most a
 * second. What is still open then goes on after the thaw, if there is one.
 */
export async function flushBeforeFreeze(
  rv: Rendezvous,
  context: LambdaContext | undefined,
): Promise<void> {
  await rv.flush({ timeoutMs: Math.min(FLUSH_MS_MAX, budgetMsOf(context)) });
}

/** Throws `config_invalid` now, rather than in every invocation. */
export function assertPolicy(rv: Rendezvous, policy: PolicyOverrides): void {
  rv.with(policy, () => undefined);
}
