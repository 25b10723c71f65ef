import { AssertionError } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';

/** Far beyond what any replication takes that is not stuck. */
const PATIENCE_MS = 60_000;
const INTERVAL_MS = 5;

/** Asks until `condition` holds. Rejects with an `AssertionError` that says `what` never came about. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) {
      throw new AssertionError({
        message: `in ${String(PATIENCE_MS)} ms it never came about that ${what}`,
      });
    }
    await sleep(INTERVAL_MS);
  }
}
