/**
 * How many keys one round may look up, so that the lookups of all rounds stay in proportion to the
 * branches that they close. Pure.
 *
 *        nothing found ──▶ scouts only         all found ──▶ twice as many, within the credit
 *
 * While nothing arrives, a round is a few scouts, whatever the number of open branches. Once they
 * find something the rounds grow. A lookup in vain costs credit, one that finds something earns a
 * little; so in all, whatever a replica does:
 *
 *    lookups ≤ found × (1 + EARNED) + rounds × scouts + CREDIT_START
 *
 * The fewer branches are open, the more of them are scouts: what is late then is late for all, and
 * looking costs little.
 */
export interface ProbeBudget extends Scouts {
  /** What the last rounds suggest. */
  readonly window: number;
  /** Lookups in vain that may still be risked beyond the scouts. */
  readonly credit: number;
}

/** How many of a round's lookups may be in vain without cost. */
export interface Scouts {
  readonly scoutCount: number;
  /** While few branches are open, and some arrive. */
  readonly scoutCountMax: number;
}

/** Scouts times open branches, between the least and the most scouts. */
const SCOUTS_TIMES_OPEN = 800;
const CREDIT_START = 64;
const CREDIT_MAX = 256;
/** Of one lookup in vain, by one that found something. */
const EARNED = 0.1;
const WINDOW_MAX = 1_024;

export function createProbeBudget(scouts: Scouts): ProbeBudget {
  return { ...scouts, window: scouts.scoutCount, credit: CREDIT_START };
}

/** The keys that the next round may look up: at least the scouts. */
export function lookupCountMax(budget: ProbeBudget, openCount: number): number {
  const { scoutCount, scoutCountMax, window, credit } = budget;
  const share = Math.floor(SCOUTS_TIMES_OPEN / openCount);
  const scouts = Math.max(scoutCount, Math.min(scoutCountMax, share));
  return Math.max(scouts, Math.min(window, scoutCount + Math.floor(credit)));
}

/** Takes in what a round of `hitCount + missCount` lookups found. */
export function settleRound(budget: ProbeBudget, hitCount: number, missCount: number): ProbeBudget {
  const { scoutCount, window } = budget;
  const credit = Math.max(0, Math.min(CREDIT_MAX, budget.credit + EARNED * hitCount - missCount));
  if (missCount === 0) {
    return { ...budget, credit, window: Math.min(WINDOW_MAX, Math.max(scoutCount, window) * 2) };
  }
  const isWorthwhile = hitCount >= missCount;
  return { ...budget, credit, window: isWorthwhile ? window : Math.max(scoutCount, hitCount) };
}
