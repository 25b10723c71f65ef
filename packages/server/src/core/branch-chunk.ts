/**
 * Rows of up to 2,048 branches of one store, in order of insertion, as numbers in two buffers.
 *
 * A branch as an object takes about a kilobyte, costs the garbage collector time for as long as it is
 * open, and leaves a heap behind that is never given back. Here it takes 112 bytes and its texts, and
 * the buffers are given back to the system as soon as the last of a chunk's branches is gone.
 *
 * A row keeps its number for ever, and no number is given out again. Of a chunk that lost most of its
 * branches the rest is moved together; `#slots` then says which those are.
 */
import type { JournalPosition } from '@rendezvous/protocol';
import type { Lease } from './lease.js';
import { createBuffer, growBuffer, shrinkBuffer } from './own-memory.js';
import type { StoreLayout } from './store-layout.js';

export const CHUNK_ROWS = 2_048;

/** Where a row's numbers stand: words of 32 bits, then doubles, which are two words each. */
export const WORD = {
  bid: 0,
  rid: 4,
  named: 8,
  closed: 9,
  flags: 10,
  textStart: 11,
  positionLength: 12,
  keyCount: 13,
  journal: 14,
  reportsOwed: 15,
  line: 16,
  textLength: 17,
} as const;
export const DOUBLE = { insertedAtMs: 9, sequence: 10, older: 11, newer: 12, value: 13 } as const;
const ROW_DOUBLES = 14;
const ROW_WORDS = 2 * ROW_DOUBLES;
const ROW_BYTES = 4 * ROW_WORDS;

export const FLAG = { live: 1, aborted: 2, collected: 4 } as const;

/** On average a key and a position fit well; a branch with more than all of it has a chunk to itself. */
const TEXT_BYTES_MAX = 256 * 1024;
const ROWS_AT_FIRST = 32;
const TEXT_BYTES_AT_FIRST = 4_096;
/** The rest is moved together when so small a part of the rows is left. */
const SQUEEZE_FACTOR = 8;

/** What few branches have. */
export interface Rarities {
  cutOff: number;
  noTrace: number;
  lease: Lease | undefined;
  marker: string;
  /** Where further journals have copies. */
  spots: readonly JournalPosition[];
  /** The position as its order parses it, when it lies on no line. */
  parsedPosition: unknown;
}

export class BranchChunk {
  readonly layout: StoreLayout;
  /** Number of the first row. */
  readonly base: number;
  /** The store's next chunk; a chunk that was let go of still leads to it. */
  next: BranchChunk | undefined;
  previous: BranchChunk | undefined;
  readonly #rarities = new Map<number, Rarities>();
  /** Slot of the first row that is held; rows before it are gone. */
  #firstSlot = 0;
  #rowCount = 0;
  #liveCount = 0;
  #textUsed = 0;
  #words = new Uint32Array(createBuffer(ROWS_AT_FIRST * ROW_BYTES, CHUNK_ROWS * ROW_BYTES));
  #doubles = new Float64Array(this.#words.buffer);
  #text: Uint8Array<ArrayBuffer>;
  /** After rows were moved together: which, in order. */
  #slots: Uint16Array | undefined;

  /** `textBytes`: what the first branch needs. */
  constructor(layout: StoreLayout, base: number, textBytes: number) {
    this.layout = layout;
    this.base = base;
    const textBytesMax = Math.max(TEXT_BYTES_MAX, textBytes);
    this.#text = new Uint8Array(createBuffer(TEXT_BYTES_AT_FIRST, textBytesMax));
  }

  get liveCount(): number {
    return this.#liveCount;
  }

  /** Bytes that are taken, for tests and for the bench. */
  get byteLength(): number {
    return this.#words.byteLength + this.#text.byteLength;
  }

  hasRoom(textBytes: number): boolean {
    const textBytesMax = this.#text.buffer.maxByteLength;
    return this.#rowCount < CHUNK_ROWS && this.#textUsed + textBytes <= textBytesMax;
  }

  /** Adds a row of zeros with room for its text. Returns its slot. */
  append(textBytes: number): number {
    const slot = this.#rowCount++;
    this.#liveCount++;
    growBuffer(this.#words.buffer, (this.#rowCount - this.#firstSlot) * ROW_BYTES);
    growBuffer(this.#text.buffer, this.#textUsed + textBytes);
    if (this.#firstSlot > 0) {
      const at = this.wordsAt(slot);
      this.#words.fill(0, at, at + ROW_WORDS);
    }
    this.setWord(slot, WORD.flags, FLAG.live);
    this.setWord(slot, WORD.textStart, this.#textUsed);
    this.setWord(slot, WORD.textLength, textBytes);
    this.#textUsed += textBytes;
    return slot;
  }

  isLive(slot: number): boolean {
    return (this.word(slot, WORD.flags) & FLAG.live) !== 0;
  }

  /** The next live row behind `slot`, or −1. */
  nextLive(slot: number): number {
    const slots = this.#slots;
    if (slots) {
      for (const one of slots) if (one > slot && this.isLive(one)) return one;
      return -1;
    }
    const first = Math.max(slot + 1, this.#firstSlot);
    for (let next = first; next < this.#rowCount; next++) if (this.isLive(next)) return next;
    return -1;
  }

  remove(slot: number): void {
    this.setWord(slot, WORD.flags, this.word(slot, WORD.flags) & ~FLAG.live);
    this.#rarities.delete(slot);
    this.#liveCount--;
  }

  /** Gives back what removed rows took. `isLast`: rows may still be added. */
  shrink(isLast: boolean): void {
    if (this.#liveCount === 0) this.#empty(isLast);
    else if (!isLast && this.#liveCount * SQUEEZE_FACTOR <= this.#heldCount) this.#squeeze();
  }

  /** The words of all rows, for a row's ids: they start at `wordsAt`. */
  get words(): Uint32Array {
    return this.#words;
  }

  /** Where the row's words start; −1 when it is gone. */
  wordsAt(slot: number): number {
    const slots = this.#slots;
    if (!slots) return slot < this.#firstSlot ? -1 : (slot - this.#firstSlot) * ROW_WORDS;
    const index = indexOf(slots, slot);
    return index === -1 ? -1 : index * ROW_WORDS;
  }

  /** 0 when the row is gone. */
  word(slot: number, field: number): number {
    const at = this.wordsAt(slot);
    return at === -1 ? 0 : (this.#words[at + field] ?? 0);
  }

  setWord(slot: number, field: number, value: number): void {
    const at = this.wordsAt(slot);
    if (at !== -1) this.#words[at + field] = value;
  }

  double(slot: number, field: number): number {
    const at = this.wordsAt(slot);
    return at === -1 ? 0 : (this.#doubles[at / 2 + field] ?? 0);
  }

  setDouble(slot: number, field: number, value: number): void {
    const at = this.wordsAt(slot);
    if (at !== -1) this.#doubles[at / 2 + field] = value;
  }

  /** The bytes of all texts; a row's start at its `textStart`. */
  get text(): Uint8Array {
    return this.#text;
  }

  rarities(slot: number): Readonly<Rarities> {
    return this.#rarities.get(slot) ?? COMMON;
  }

  setRarities(slot: number, changes: Partial<Rarities>): void {
    if (!this.isLive(slot)) return;
    const known = this.#rarities.get(slot);
    if (known) Object.assign(known, changes);
    else this.#rarities.set(slot, { ...COMMON, ...changes });
  }

  get #heldCount(): number {
    return this.#slots?.length ?? this.#rowCount - this.#firstSlot;
  }

  /** Further rows of the last chunk take the places of those that are gone. */
  #empty(isLast: boolean): void {
    this.#firstSlot = this.#rowCount;
    this.#textUsed = 0;
    shrinkBuffer(this.#words.buffer, isLast ? ROWS_AT_FIRST * ROW_BYTES : 0);
    shrinkBuffer(this.#text.buffer, isLast ? TEXT_BYTES_AT_FIRST : 0);
  }

  #squeeze(): void {
    const kept = new Uint16Array(this.#liveCount);
    const words = new Uint32Array(createBuffer(this.#liveCount * ROW_BYTES));
    let textBytes = 0;
    let index = 0;
    for (let slot = this.nextLive(-1); slot !== -1; slot = this.nextLive(slot)) {
      const at = this.wordsAt(slot);
      words.set(this.#words.subarray(at, at + ROW_WORDS), index * ROW_WORDS);
      kept[index++] = slot;
      textBytes += this.word(slot, WORD.textLength);
    }
    const text = new Uint8Array(createBuffer(textBytes));
    let used = 0;
    for (const [row, slot] of kept.entries()) {
      const start = this.word(slot, WORD.textStart);
      text.set(this.#text.subarray(start, start + this.word(slot, WORD.textLength)), used);
      words[row * ROW_WORDS + WORD.textStart] = used;
      used += this.word(slot, WORD.textLength);
    }
    this.#rowCount = CHUNK_ROWS;
    this.#slots = kept;
    shrinkBuffer(this.#words.buffer);
    shrinkBuffer(this.#text.buffer);
    this.#words = words;
    this.#doubles = new Float64Array(words.buffer);
    this.#text = text;
  }
}

const COMMON: Readonly<Rarities> = {
  cutOff: 0,
  noTrace: 0,
  lease: undefined,
  marker: '',
  spots: [],
  parsedPosition: undefined,
};

/** Index of `slot` in the ascending `slots`, or −1. */
function indexOf(slots: Uint16Array, slot: number): number {
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((slots[middle] ?? 0) < slot) low = middle + 1;
    else high = middle;
  }
  return slots[low] === slot ? low : -1;
}
