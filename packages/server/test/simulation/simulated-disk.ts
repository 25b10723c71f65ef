/**
 * What of a node's journal survives its crash.
 *
 * A crash keeps a prefix of what was being synced, perhaps none of it and perhaps all, though nobody
 * was told; of the append behind it a torn part may be on the disk, which recovery leaves out: records
 * of one append are durable together. A disk may fail: then it is not known what it holds, and the
 * node ends (rule 20). A journal has a new id after every start, and keeps the ids before unless it was
 * lost (rule 3).
 */
import type { JournalEntry, JournalPosition } from '@rendezvous/protocol';
import type { RecoveredJournal } from '../../src/core/core-state.js';
import type { Effect, JournalRecord } from '../../src/core/effect.js';
import { SimulationFailure } from './simulation-failure.js';

export type Append = Extract<Effect, { kind: 'append' }>;

export class SimulatedDisk {
  #id: string;
  #predecessors: readonly JournalPosition[] = [];
  /** Every sequence that was ever durable → its bid. */
  readonly bids: Map<number, string> = new Map<number, string>();
  readonly #entries = new Map<number, JournalEntry>();
  #head = 0;
  #horizon = '';

  constructor(id: string) {
    this.#id = id;
  }

  get id(): string {
    return this.#id;
  }

  /** Every id that it has had, the present one first, with the head that it had (rule 3). */
  get ids(): readonly JournalPosition[] {
    return [{ journal: this.#id, sequence: this.#head }, ...this.#predecessors];
  }

  get head(): number {
    return this.#head;
  }

  get horizon(): string {
    return this.#horizon;
  }

  write(records: readonly JournalRecord[]): void {
    for (const record of records) this.#writeOne(record);
  }

  /** What a node that starts finds; from now on the journal has this id. */
  recover(id: string): RecoveredJournal {
    if (this.#head > 0) {
      this.#predecessors = this.ids;
      this.#id = id;
    }
    const live = [...this.#entries.values()].sort((a, b) => a.sequence - b.sequence);
    const [head, horizon, predecessors] = [this.#head, this.#horizon, this.#predecessors];
    return { id: this.#id, predecessors, head, horizon, entries: live };
  }

  #writeOne(record: JournalRecord): void {
    switch (record.kind) {
      case 'open': {
        const { sequence, bid } = record.entry;
        if (this.#entries.get(sequence)?.bid === bid) {
          // The same entry once more: its write was aborted.
          this.#entries.set(sequence, record.entry);
          return;
        }
        if (sequence !== this.#head + 1) {
          const message = `journal ${this.id} goes from ${String(this.#head)} to ${String(sequence)}`;
          throw new SimulationFailure('DURABILITY', message);
        }
        this.#head = sequence;
        this.#entries.set(sequence, record.entry);
        this.bids.set(sequence, bid);
        return;
      }
      case 'collect':
        this.#entries.delete(record.sequence);
        return;
      case 'horizon':
        if (record.rid <= this.#horizon) {
          const message = `journal ${this.id} lowers its horizon to ${record.rid}`;
          throw new SimulationFailure('DURABILITY', message);
        }
        this.#horizon = record.rid;
        return;
    }
  }
}
