/** Which position a `consistent` answer names, so that a read can be held against it. */
import type { Wait } from '@rendezvous/protocol';
import { expectAnnouncement } from './announcing.js';
import type { CoreState } from './core-state.js';
import { currentPlace } from './journal-lineage.js';
import { appliedBy } from './journal-progress.js';
import type { ShownPosition } from './shown-position.js';

/**
 * The position that a consistent answer may name; `''` when there is none, or none yet: then the
 * replicas' monitors are made to read, and whoever asks again soon gets one.
 *
 * A branch that this node never saw was collected by another node of the region, which had seen it
 * at the replica before this node applied the journal that had it: a watermark covers it that was
 * read after that.
 */
export function askPosition(state: CoreState, query: Wait, nowMs: number): string {
  const layout = state.stores.get(query.store);
  const order = layout?.definition.order;
  if (order === undefined) return '';
  const watched = state.replicas.filter(
    (replica) => replica.layout === layout && replica.region === query.region,
  );
  const sinceMs = appliedSince(state, query, nowMs);
  let lowest: ShownPosition | undefined;
  for (const { shown, attachments } of watched) {
    const isRecent = [...attachments].some(({ announced }) => announced.readSinceMs >= sinceMs);
    if (!isRecent || shown.text === '' || shown.doubted || shown.beyond.length > 0) continue;
    // All that is covered is at or below each of them: the least is enough.
    if (!lowest || order.relation(shown.position, lowest.position) === 'reached') lowest = shown;
  }
  if (lowest) return lowest.text;
  for (const { attachments } of watched) {
    for (const attachment of attachments) expectAnnouncement(state, attachment);
  }
  return '';
}

/** A time by which every other node's journal that the bookmark names had been applied as far as it says. */
function appliedSince(state: CoreState, { coverage }: Wait, nowMs: number): number {
  let sinceMs = -Infinity;
  for (const place of coverage.positions) {
    const { journal, sequence } = currentPlace(state, place);
    const progress = state.journals.get(journal);
    if (progress?.peer === '') continue;
    const atMs = progress
      ? Math.min(progress.advancedAtMs, appliedBy(progress, sequence, nowMs))
      : nowMs;
    sinceMs = Math.max(sinceMs, atMs);
  }
  return sinceMs;
}
