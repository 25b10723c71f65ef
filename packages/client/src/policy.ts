/**
 * The policies of reads and writes, and which of several wins (DESIGN section 4.2):
 *
 *     RENDEZVOUS_DISABLED > the node's ceiling > call > store > client options > RENDEZVOUS_* > default
 *
 * The ceiling is an operator's remote switch. It can only relax: enforce → observe → off.
 */

import type { Mode, WaitResult } from '@rendezvous/protocol';
import type { Key } from './keys.js';

/** What a read does instead of returning what it must not trust. */
export type FallbackAction = 'throw' | 'proceed' | 'origin' | 'requeue';
export type MissingAction = 'throw' | 'proceed';

export interface Policy {
  /** `observe` never blocks a read and counts what would have been stale; `off` does nothing. Default `enforce`. */
  readonly mode: Mode;
  /** How long a read may wait. 0 to 900,000; 0 checks only. Default 5,000. */
  readonly timeoutMs: number;
  /**
   * The deadline passed. `origin` reads from the store's `origin`; `requeue` throws, and a batch of a
   * queue gives the message back. Default `throw` (`wait_timed_out`).
   */
  readonly onTimeout: FallbackAction;
  /** The node is unreachable, or the answer is `unknown`. Default `proceed`, counted and logged. */
  readonly onUnavailable: FallbackAction;
  /** There is no bookmark in the context. Default `proceed`, counted. */
  readonly onMissing: MissingAction;
  /** Issue a read together with its wait, where the adapter allows it and most early reads count. Default true. */
  readonly speculate: boolean;
}

/** Policies that a user sets at one level; what is left out or undefined comes from the level below. */
export type PolicyOverrides = { readonly [Name in keyof Policy]?: Policy[Name] | undefined };

/** Policies, and keys, of the calls inside `with`. */
export interface CallPolicy extends PolicyOverrides {
  /** The key that reads and writes inside are about, where the adapter cannot tell. 1 to 3,072 bytes. */
  readonly key?: Key | undefined;
  /** Several of them: at most 100. */
  readonly keys?: readonly Key[] | undefined;
  /** No wait inside goes on for longer than this from now, whatever `timeoutMs` says. 0 to 900,000. */
  readonly budgetMs?: number | undefined;
  /** Who takes a message back when a read inside follows the policy `requeue`. Default: nobody. */
  readonly requeue?: Requeue | undefined;
}

/**
 * Told of the answer before a read throws for `requeue`; or `block`: the message went back often
 * enough, so reads that would `requeue` at their deadline wait until the budget ends instead.
 */
export type Requeue = 'block' | ((answer: WaitResult) => void);

/** Policies below those of the call: a timeout that nobody gave depends on the store. */
export type BasePolicy = Omit<Policy, 'timeoutMs'> & Partial<Pick<Policy, 'timeoutMs'>>;

/** How long a read may wait where nobody said so, and its store has no default of its own. */
export const TIMEOUT_MS_DEFAULT = 5_000;

/** The longest wait. */
export const TIMEOUT_MS_MAX = 900_000;

const MODES: readonly Mode[] = ['off', 'observe', 'enforce'];

/** The laxer of the two. */
export function relaxMode(mode: Mode, ceiling: Mode): Mode {
  return MODES.indexOf(ceiling) < MODES.indexOf(mode) ? ceiling : mode;
}
