/**
 * A journal takes a new id whenever its node starts, and says which ids it had before (rule 3).
 *
 *    K3… ──(started again at 120)──▶ M7… ──(at 310)──▶ P2…        sequences go on
 *
 * What stood in a predecessor up to the head that it had then stands in the successor, at the same
 * sequence. Beyond that head nothing is claimed: if a node comes back with an older copy of its disk,
 * what was opened after the copy keeps its own places, which no new open is ever given again. A
 * bookmark that names them is answered from copies elsewhere, or with `unknown` (rule 20).
 */
import type { Coverage, JournalPosition } from '@rendezvous/protocol';
import type { CoreState } from './core-state.js';

export interface Succession {
  readonly peer: string;
  readonly successor: string;
  /** What stood up to here stands in the successor too. */
  readonly head: number;
}

/** Takes in which ids a journal had before; its owner's word on older ones is void. */
export function recordPredecessors(
  successions: Map<string, Succession>,
  peer: string,
  successor: string,
  predecessors: readonly JournalPosition[],
): void {
  for (const [journal, known] of successions) {
    if (known.peer === peer) successions.delete(journal);
  }
  for (const { journal, sequence } of predecessors) {
    if (!successions.has(journal)) successions.set(journal, { peer, successor, head: sequence });
  }
}

/** The same place in the journal's newest id, if it is there too; else the place itself. */
export function currentPlace(state: CoreState, place: JournalPosition): JournalPosition {
  const succession = state.successions.get(place.journal);
  if (!succession || place.sequence > succession.head) return place;
  return { journal: succession.successor, sequence: place.sequence };
}

/** What the bookmark covers, by old ids and by new: copies may be known by either. */
export function withCurrentPlaces(state: CoreState, coverage: Coverage): Coverage {
  const isRenewed = coverage.positions.some(({ journal }) => state.successions.has(journal));
  if (!isRenewed) return coverage;
  const current = coverage.positions.map((place) => currentPlace(state, place));
  return { ...coverage, positions: [...coverage.positions, ...current] };
}
