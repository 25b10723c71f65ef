/**
 * One write that must become visible in a set of places, and the join that is its state.
 *
 *            close, watermark, report, abort
 *    OPEN ─────────────────────────────────────▶ CLOSED        per place, never back (rule 1)
 *
 * A branch lives in the table of every node that has a copy of its open. `spots` says in which
 * journals, and where: a bookmark covers the branch if it includes the rid and reaches one of them
 * (rule 18).
 *
 * Its state is a row of a `BranchChunk`; a `Branch` only looks at it, and any number may look at the
 * same. Of a branch that is gone every number is 0 and nothing can be set.
 */
import type { JournalPosition } from '@rendezvous/protocol';
import { type BranchChunk, DOUBLE, FLAG, WORD } from './branch-chunk.js';
import { hasKeyAt, type Keys, keysAt, textAt } from './branch-text.js';
import type { Lease } from './lease.js';
import type { StoreLayout } from './store-layout.js';
import { readUlid } from './ulid-words.js';

/** What the runtime needs for a key besides its bytes. */
const KEY_OVERHEAD_BYTES = 128;

/** Its ids, names and framing. */
const ENTRY_BYTES = 120;

export class Branch {
  readonly chunk: BranchChunk;
  readonly slot: number;
  /** The table's list of the journals that it has copies of. */
  readonly #journals: readonly string[];

  constructor(chunk: BranchChunk, slot: number, journals: readonly string[]) {
    this.chunk = chunk;
    this.slot = slot;
    this.#journals = journals;
  }

  /** Its number, which no other branch ever gets. */
  get row(): number {
    return this.chunk.base + this.slot;
  }

  get isLive(): boolean {
    return this.chunk.isLive(this.slot);
  }

  get bid(): string {
    return this.#id(WORD.bid);
  }

  get rid(): string {
    return this.#id(WORD.rid);
  }

  get layout(): StoreLayout {
    return this.chunk.layout;
  }

  get keys(): Uint8Array[] {
    const { chunk, slot } = this;
    return keysAt(chunk.text, this.#keysStart, chunk.word(slot, WORD.keyCount));
  }

  /** The store's position after the write, in its own notation; `''` when there is none. */
  get position(): string {
    const { chunk, slot } = this;
    const start = chunk.word(slot, WORD.textStart);
    return textAt(chunk.text, start, chunk.word(slot, WORD.positionLength));
  }

  /** The position as its order parses it; undefined when no watermark can ever reach it. */
  get parsedPosition(): unknown {
    const { chunk, slot } = this;
    if (this.line === 0) return chunk.rarities(slot).parsedPosition;
    return this.layout.definition.order?.parse(this.position);
  }

  /** The line that the position lies on, as the table numbers them; 0 when it lies on none. */
  get line(): number {
    return this.chunk.word(this.slot, WORD.line);
  }

  /** How far along its line the position is. */
  get value(): number {
    return this.chunk.double(this.slot, DOUBLE.value);
  }

  /** The marker that the write carries, if it is not the bid; else `''`. */
  get marker(): string {
    return this.chunk.rarities(this.slot).marker;
  }

  get insertedAtMs(): number {
    return this.chunk.double(this.slot, DOUBLE.insertedAtMs);
  }

  get spots(): readonly JournalPosition[] {
    const { chunk, slot } = this;
    const journal = this.#journals[chunk.word(slot, WORD.journal)];
    if (journal === undefined || journal === '') return [];
    const sequence = chunk.double(slot, DOUBLE.sequence);
    return [{ journal, sequence }, ...chunk.rarities(slot).spots];
  }

  /** Places that must see the write. On a node with only a copy: those that it serves. */
  get named(): number {
    return this.chunk.word(this.slot, WORD.named);
  }

  set named(places: number) {
    this.chunk.setWord(this.slot, WORD.named, places);
  }

  /** Places that have it: a subset of `named`. */
  get closed(): number {
    return this.chunk.word(this.slot, WORD.closed);
  }

  set closed(places: number) {
    this.chunk.setWord(this.slot, WORD.closed, places);
  }

  /** Served replicas that will never have it: a failover cut its position off (rule 10). */
  get cutOff(): number {
    return this.chunk.rarities(this.slot).cutOff;
  }

  set cutOff(cutOff: number) {
    this.chunk.setRarities(this.slot, { cutOff });
  }

  /** Served replicas whose primary shows nothing of the write, though it is overdue (rule 14). */
  get noTrace(): number {
    return this.chunk.rarities(this.slot).noTrace;
  }

  set noTrace(noTrace: number) {
    this.chunk.setRarities(this.slot, { noTrace });
  }

  /** Of a store with markers: set while the write may be under way (rule 19). */
  get lease(): Lease | undefined {
    return this.chunk.rarities(this.slot).lease;
  }

  set lease(lease: Lease | undefined) {
    this.chunk.setRarities(this.slot, { lease });
  }

  /** The client said that the write failed: nothing to wait for, anywhere. */
  get aborted(): boolean {
    return this.#flag(FLAG.aborted);
  }

  set aborted(isAborted: boolean) {
    this.#setFlag(FLAG.aborted, isAborted);
  }

  /** The own journal's entry is on its way out. */
  get collected(): boolean {
    return this.#flag(FLAG.collected);
  }

  set collected(isCollected: boolean) {
    this.#setFlag(FLAG.collected, isCollected);
  }

  /** Closes told to other journals' owners that they have not acknowledged yet. */
  get reportsOwed(): number {
    return this.chunk.word(this.slot, WORD.reportsOwed);
  }

  set reportsOwed(count: number) {
    this.chunk.setWord(this.slot, WORD.reportsOwed, count);
  }

  /** What its position and keys take, in bytes. */
  get textBytes(): number {
    return this.chunk.word(this.slot, WORD.textLength);
  }

  /** Where a journal has it; 0 when that has it not. */
  sequenceIn(journal: string): number {
    const { chunk, slot } = this;
    if (this.#journals[chunk.word(slot, WORD.journal)] === journal) {
      return chunk.double(slot, DOUBLE.sequence);
    }
    return chunk.rarities(slot).spots.find((spot) => spot.journal === journal)?.sequence ?? 0;
  }

  /** Whether a read of `keys` depends on a write of the branch's keys. No keys means every key. */
  touches(keys: Keys): boolean {
    const { chunk, slot } = this;
    const count = chunk.word(slot, WORD.keyCount);
    if (keys.length === 0 || count === 0) return true;
    return keys.some((key) => hasKeyAt(chunk.text, this.#keysStart, count, key));
  }

  /** Whether these are its keys, in this order. */
  hasExactly(keys: Keys): boolean {
    const own = this.keys;
    return own.length === keys.length && own.every((key, index) => isSameKey(key, keys[index]));
  }

  /** Whether it names keys; else the write may be of any. */
  get hasKeys(): boolean {
    return this.chunk.word(this.slot, WORD.keyCount) > 0;
  }

  get #keysStart(): number {
    const { chunk, slot } = this;
    return chunk.word(slot, WORD.textStart) + chunk.word(slot, WORD.positionLength);
  }

  #id(field: number): string {
    const at = this.chunk.wordsAt(this.slot);
    return at === -1 ? '' : readUlid(this.chunk.words, at + field);
  }

  #flag(flag: number): boolean {
    return (this.chunk.word(this.slot, WORD.flags) & flag) !== 0;
  }

  #setFlag(flag: number, isSet: boolean): void {
    const flags = this.chunk.word(this.slot, WORD.flags);
    this.chunk.setWord(this.slot, WORD.flags, isSet ? flags | flag : flags & ~flag);
  }
}

/** Joins closed places into a branch. Returns the bits that are new: 0 when nothing changed. */
export function closePlaces(branch: Pick<Branch, 'named' | 'closed'>, places: number): number {
  const news = places & branch.named & ~branch.closed;
  if (news !== 0) branch.closed |= news;
  return news;
}

/** Whether the branch must be visible in all of `mask`'s places and is not yet. */
export function isOpenIn(branch: Branch, mask: number): boolean {
  const named = branch.named & mask;
  return (branch.closed & named) !== named;
}

export function isClosed(branch: Pick<Branch, 'named' | 'closed'>): boolean {
  return branch.closed === branch.named;
}

/** Rough size in bytes of a branch on the wire. */
export function sizeOf({ keys, position }: { keys: Keys; position: string }): number {
  return keys.reduce((sum, key) => sum + key.length, ENTRY_BYTES + position.length);
}

/** Rough size in bytes of keys in memory. */
export function keyWeight(keys: Keys): number {
  return keys.reduce((sum, key) => sum + key.length + KEY_OVERHEAD_BYTES, 0);
}

function isSameKey(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return a.length === b?.length && a.every((byte, index) => byte === b[index]);
}
