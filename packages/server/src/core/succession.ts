/** Which ids a journal had before; `journal-lineage.ts` says what follows from it. */
import type { JournalPosition } from '@rendezvous/protocol';

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
