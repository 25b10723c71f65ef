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

/** The same place in the journal's newest id, if it is there too; else the place itself. */
export function currentPlace(state: CoreState, place: JournalPosition): JournalPosition {
  const succession = state.successions.get(place.journal);
  if (!succession || place.sequence > succession.head) return place;
  return { journal: succession.successor, sequence: place.sequence };
}

/** What the bookmark covers, by the ids that journals have now. */
export function withCurrentPlaces(state: CoreState, coverage: Coverage): Coverage {
  const isRenewed = coverage.positions.some(({ journal }) => state.successions.has(journal));
  if (!isRenewed) return coverage;
  return { ...coverage, positions: coverage.positions.map((place) => currentPlace(state, place)) };
}
