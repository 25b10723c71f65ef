/**
 * What one commit writes. Pure: records in, operations on the store out.
 *
 * New entries go into one block, and so do the collects of entries in blocks: an operation per entry
 * would cost many times the write itself. What takes the place of an older entry stands alone.
 */
import type { JournalEntry } from '@rendezvous/protocol';
import type { JournalRecord } from '../core/effect.js';
import type { EntryPlaces } from './entry-places.js';
import { blockKey, encodeBlock, encodeEntry, entryKey } from './stored-journal.js';

export type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

/** Takes records in, in their order; then `finish`, once. */
export class Commit {
  readonly #places: EntryPlaces;
  readonly #operations: Operation[] = [];
  #entries: JournalEntry[] = [];
  #collected: number[] = [];
  #head: number;
  #horizon: string;

  constructor(places: EntryPlaces, head: number, horizon: string) {
    this.#places = places;
    this.#head = head;
    this.#horizon = horizon;
  }

  get head(): number {
    return this.#head;
  }

  get horizon(): string {
    return this.#horizon;
  }

  add(record: JournalRecord): void {
    if (record.kind === 'horizon') this.#horizon = record.rid;
    else if (record.kind === 'collect') this.#remove(record.sequence);
    else if (record.entry.sequence > this.#head) this.#append(record.entry);
    else this.standAlone(record.entry);
  }

  /** Puts an entry where it lies alone; another at its sequence is no longer there. */
  standAlone(entry: JournalEntry): void {
    this.#remove(entry.sequence);
    this.#places.addLone(entry.sequence);
    this.#operations.push({
      type: 'put',
      key: entryKey(entry.sequence),
      value: encodeEntry(entry),
    });
  }

  /** Drops the blocks that are no longer needed. */
  dropDead(): void {
    const { first, end } = this.#places.dropDead();
    for (let number = first; number < end; number++) {
      this.#operations.push({ type: 'del', key: blockKey(number) });
    }
  }

  finish(): Operation[] {
    this.#endBlock();
    this.dropDead();
    return this.#operations;
  }

  #append(entry: JournalEntry): void {
    if (!this.#places.fits(entry.sequence)) {
      if (this.#entries.length > 0) this.#endBlock();
      this.#places.beginSegment(entry.sequence);
    }
    this.#head = entry.sequence;
    this.#entries.push(entry);
    this.#places.addToBlock(entry.sequence);
  }

  #remove(sequence: number): void {
    const place = this.#places.remove(sequence);
    if (place === 'block') this.#collected.push(sequence);
    else if (place === 'lone') this.#operations.push({ type: 'del', key: entryKey(sequence) });
  }

  #endBlock(): void {
    if (this.#entries.length === 0 && this.#collected.length === 0) return;
    if (this.#entries.length === 0 && !this.#places.fits(this.#head + 1)) {
      this.#places.beginSegment(this.#head + 1);
    }
    const value = encodeBlock({ entries: this.#entries, collected: this.#collected });
    this.#operations.push({ type: 'put', key: blockKey(this.#places.nextBlock), value });
    this.#places.endBlock(this.#collected.length, value.length);
    this.#entries = [];
    this.#collected = [];
  }
}
