/**
 * How far this node has applied each journal that it knows, its own included.
 *
 * A wait first holds until every journal of its bookmark is applied up to the bookmark's position
 * (rule 6). Positions only move over contiguous ranges (rule 4), and after a restart they start
 * where the table starts: nothing is claimed that the table was not rebuilt from (rule 5).
 */

/** Resolution of `appliedBy`; speculation that is nearer than this to an apply reads again. */
const CHECKPOINT_INTERVAL_MS = 10;
const CHECKPOINT_COUNT_MAX = 100;

interface Checkpoint {
  readonly applied: number;
  readonly atMs: number;
}

export interface JournalProgress {
  readonly journal: string;
  /** The peer that owns it; `''` for the node's own. */
  readonly peer: string;
  applied: number;
  /** The newest sequence that its owner is known to have made durable. */
  head: number;
  readonly checkpoints: Checkpoint[];
  /** When `applied` last moved. */
  advancedAtMs: number;
}

export function createJournalProgress(journal: string, peer: string): JournalProgress {
  return { journal, peer, applied: 0, head: 0, checkpoints: [], advancedAtMs: 0 };
}

/** Moves the applied position, never back. */
export function advance(progress: JournalProgress, applied: number, nowMs: number): void {
  if (applied <= progress.applied) return;
  progress.applied = applied;
  progress.advancedAtMs = nowMs;
  if (applied > progress.head) progress.head = applied;
  const { checkpoints } = progress;
  const last = checkpoints.at(-1);
  if (last !== undefined && nowMs - last.atMs < CHECKPOINT_INTERVAL_MS) return;
  checkpoints.push({ applied, atMs: nowMs });
  if (checkpoints.length > CHECKPOINT_COUNT_MAX) checkpoints.shift();
}

/**
 * A time by which `sequence` had certainly been applied here; `nowMs` when nothing better is known.
 * A branch that was collected before its journal's position arrived closed no later than that
 * (rule 17).
 */
export function appliedBy(progress: JournalProgress, sequence: number, nowMs: number): number {
  return progress.checkpoints.find((one) => one.applied >= sequence)?.atMs ?? nowMs;
}
