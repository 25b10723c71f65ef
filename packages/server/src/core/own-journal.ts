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

/** Rows of the branches that 1,024 sequences in succession have; 0 for those that were collected. */
interface Page {
  readonly rows: Float64Array;
  liveCount: number;
}

const PAGE_LENGTH = 1_024;

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
  /** By number, which ascends. Page `n` begins with the sequence `n * PAGE_LENGTH`. */
  readonly #pages = new Map<number, Page>();
  /** The page that appends go to. */
  #newest: { readonly number: number; readonly page: Page } | undefined;

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
    this.restore(branch, sequence);
    return sequence;
  }

  /** Puts back an entry that the journal has kept through a restart. In order of sequence. */
  restore(branch: Branch, sequence: number): void {
    const number = Math.floor(sequence / PAGE_LENGTH);
    if (this.#newest?.number !== number) {
      if (this.#newest?.page.liveCount === 0) this.#pages.delete(this.#newest.number);
      const page = { rows: new Float64Array(PAGE_LENGTH), liveCount: 0 };
      this.#newest = { number, page };
      this.#pages.set(number, page);
    }
    const { page } = this.#newest;
    page.rows[sequence % PAGE_LENGTH] = branch.row;
    page.liveCount++;
  }

  /** Just below the oldest live entry that was there when the node started; else Infinity. */
  get restoredFrom(): number {
    for (const { sequence } of this.rowsAfter(0)) {
      return sequence <= this.#restoredHead ? sequence - 1 : Infinity;
    }
    return Infinity;
  }

  markDurable(sequence: number): void {
    if (sequence > this.#durable) this.#durable = sequence;
  }

  /** The branch's sequence here, or 0. */
  sequenceOf(branch: Branch): number {
    return branch.sequenceIn(this.id);
  }

  collect(sequence: number): void {
    const number = Math.floor(sequence / PAGE_LENGTH);
    const page = this.#pages.get(number);
    if (page === undefined || page.rows[sequence % PAGE_LENGTH] === 0) return;
    page.rows[sequence % PAGE_LENGTH] = 0;
    page.liveCount--;
    if (page.liveCount === 0 && this.#newest?.page !== page) this.#pages.delete(number);
  }

  /** How far a peer is that has applied a journal up to here, by an id of now or of before. */
  appliedBy(journal: string, applied: number): number {
    if (journal === this.id) return applied;
    const predecessor = this.predecessors.find((one) => one.journal === journal);
    return Math.min(applied, predecessor?.sequence ?? 0);
  }

  /** Rows of live durable entries after `from`, in order. Do not append or collect while iterating. */
  *rowsAfter(from: number): Generator<{ readonly sequence: number; readonly row: number }> {
    for (const [number, { rows }] of this.#pages) {
      const first = number * PAGE_LENGTH;
      if (first + PAGE_LENGTH <= from + 1) continue;
      for (let index = Math.max(0, from + 1 - first); index < PAGE_LENGTH; index++) {
        const [sequence, row] = [first + index, rows[index] ?? 0];
        if (sequence > this.#durable) return;
        if (row !== 0) yield { sequence, row };
      }
    }
  }
}
