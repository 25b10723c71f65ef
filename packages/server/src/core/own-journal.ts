/**
 * The node's own journal as the core sees it: which sequence comes next, what is durable, and which
 * branches its live entries are.
 *
 * Sequences never go back: the next one is counted for itself, whatever entries are left (rule 3).
 * An entry is acknowledged and replicated only once it is durable (rule 2). Entries go singly, when
 * every named region reported the close, never by age (rule 20); so a range may have holes.
 */
import type { JournalPosition } from '@rendezvous/protocol';
import type { Branch } from './branch.js';

interface Slot {
  readonly sequence: number;
  /** Undefined once collected. */
  branch: Branch | undefined;
}

export interface OwnJournalStart {
  readonly id: string;
  readonly head: number;
  readonly predecessors: readonly JournalPosition[];
}

export class OwnJournal {
  readonly id: string;
  /** Ids that it had before, newest first, with the head that each had. */
  readonly predecessors: readonly JournalPosition[];
  /** Entries up to here were live before the node started: who reported their closes is forgotten. */
  readonly #restoredHead: number;
  #nextSequence: number;
  #durable: number;
  /** In order of sequence; collected slots are squeezed out once they are the majority. */
  #slots: Slot[] = [];
  #collectedCount = 0;

  constructor({ id, head, predecessors }: OwnJournalStart) {
    this.id = id;
    this.predecessors = predecessors;
    this.#restoredHead = head;
    this.#nextSequence = head + 1;
    this.#durable = head;
  }

  /** The newest durable sequence. */
  get durable(): number {
    return this.#durable;
  }

  append(branch: Branch): number {
    const sequence = this.#nextSequence++;
    this.#slots.push({ sequence, branch });
    return sequence;
  }

  /** Puts back an entry that the journal has kept through a restart. In order of sequence. */
  restore(branch: Branch, sequence: number): void {
    this.#slots.push({ sequence, branch });
  }

  /** Just below the oldest live entry that was there when the node started; else Infinity. */
  get restoredFrom(): number {
    for (const { sequence } of this.entriesAfter(0)) {
      return sequence <= this.#restoredHead ? sequence - 1 : Infinity;
    }
    return Infinity;
  }

  markDurable(sequence: number): void {
    if (sequence > this.#durable) this.#durable = sequence;
  }

  /** The branch's sequence here, or 0. */
  sequenceOf(branch: Branch): number {
    return branch.spots.find((spot) => spot.journal === this.id)?.sequence ?? 0;
  }

  collect(sequence: number): void {
    const slot = this.#slots[this.#indexAfter(sequence - 1)];
    if (slot?.sequence !== sequence || slot.branch === undefined) return;
    slot.branch = undefined;
    this.#collectedCount++;
    if (this.#collectedCount > 1_000 && this.#collectedCount * 2 > this.#slots.length) {
      this.#slots = this.#slots.filter((one) => one.branch !== undefined);
      this.#collectedCount = 0;
    }
  }

  /** How far a peer is that has applied a journal up to here, by an id of now or of before. */
  appliedBy(journal: string, applied: number): number {
    if (journal === this.id) return applied;
    const predecessor = this.predecessors.find((one) => one.journal === journal);
    return Math.min(applied, predecessor?.sequence ?? 0);
  }

  /** Live durable entries after `from`, in order. Do not append or collect while iterating. */
  *entriesAfter(from: number): Generator<{ readonly sequence: number; readonly branch: Branch }> {
    for (let index = this.#indexAfter(from); index < this.#slots.length; index++) {
      const slot = this.#slots[index];
      if (slot === undefined || slot.sequence > this.#durable) return;
      if (slot.branch !== undefined) yield { sequence: slot.sequence, branch: slot.branch };
    }
  }

  /** Index of the first slot whose sequence is above `sequence`. */
  #indexAfter(sequence: number): number {
    let low = 0;
    let high = this.#slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#slots[middle]?.sequence ?? Infinity) > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
