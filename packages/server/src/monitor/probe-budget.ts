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
 *    lookups ≤ found × (1 + EARNED) + scouts of all rounds + CREDIT_START
 */
export interface ProbeBudget {
  /** What the last rounds suggest. */
  readonly window: number;
  /** Lookups in vain that may still be risked beyond the scouts. */
  readonly credit: number;
}

const CREDIT_START = 64;
const CREDIT_MAX = 256;
/** Of one lookup in vain, by one that found something. */
const EARNED = 0.1;
const WINDOW_MAX = 1_024;
const SCOUT_COUNT_MIN = 2;
const SCOUT_COUNT_MAX = 16;
/** Between the two, scouts times open branches. */
const SCOUTS_TIMES_OPEN = 800;

export function createProbeBudget(): ProbeBudget {
  return { window: 0, credit: CREDIT_START };
}

/**
 * How many of a round's lookups may be in vain without cost. The fewer branches are open, the more:
 * what is late then is late for all, and looking costs little. Where replication stands still, looking
 * more often finds nothing.
 */
export function countScouts(openCount: number, standsStill: boolean): number {
  if (standsStill) return SCOUT_COUNT_MIN;
  const share = Math.floor(SCOUTS_TIMES_OPEN / openCount);
  return Math.max(SCOUT_COUNT_MIN, Math.min(SCOUT_COUNT_MAX, share));
}

/** The keys that the next round may look up: at least the scouts. */
export function lookupCountMax({ window, credit }: ProbeBudget, scoutCount: number): number {
  return Math.max(scoutCount, Math.min(window, scoutCount + Math.floor(credit)));
}

/** Takes in what a round of `hitCount + missCount` lookups found. */
export function settleRound(budget: ProbeBudget, hitCount: number, missCount: number): ProbeBudget {
  const { window } = budget;
  const credit = Math.max(0, Math.min(CREDIT_MAX, budget.credit + EARNED * hitCount - missCount));
  if (missCount === 0) {
    return { credit, window: Math.min(WINDOW_MAX, Math.max(hitCount, window) * 2) };
  }
  return { credit, window: hitCount >= missCount ? window : hitCount };
}
