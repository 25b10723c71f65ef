/** One check of the suite. It knows no test runner: it passes when `run` resolves. */
import type { NotApplicable } from './harness.js';

export interface ConformanceCase {
  /** A sentence. Ends with `(not applicable: …)` where the harness said so. */
  readonly title: string;
  /** Why the case does not apply; `run` then does nothing. */
  readonly notApplicable?: string;
  /** Rejects with an `AssertionError` of Node.js, or with what the datastore rejected with. */
  readonly run: () => Promise<void>;
}

/** A case that needs `part` of the harness; where the harness has a reason instead, the case says so. */
export function caseWith<T extends object | true>(
  title: string,
  part: T | NotApplicable,
  run: (part: T) => Promise<void>,
): ConformanceCase {
  if (!isNotApplicable(part)) return { title, run: () => run(part) };
  const { notApplicable } = part;
  return {
    title: `${title} (not applicable: ${notApplicable})`,
    notApplicable,
    run: () => Promise.resolve(),
  };
}

function isNotApplicable(part: object | true): part is NotApplicable {
  return typeof part === 'object' && 'notApplicable' in part;
}
