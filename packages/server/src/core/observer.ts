/**
 * Who counts what the core does and no reply says. Told, never asked: nothing that the core decides
 * depends on it. Calls come from within an input and must not call back.
 */

/** Limits of the core that an operator may have to know of. */
export type CoreLimitName = 'branches' | 'opens_awaiting_sync' | 'waits' | 'applied' | 'session';

export interface CoreObserver {
  /** The branch became visible in a region of this node's, `lagMs` after the node learnt of it. */
  branchClosed(store: string, region: string, lagMs: number): void;
  /** The branch was given up unclosed (rule 7). */
  branchGivenUp(store: string): void;
  /** Something was refused, or answered `unknown`, because of this limit. */
  limitMet(limit: CoreLimitName): void;
}

export const NOBODY: CoreObserver = {
  branchClosed: () => undefined,
  branchGivenUp: () => undefined,
  limitMet: () => undefined,
};
