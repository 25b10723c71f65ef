/**
 * The branches that a node knows, found by bid, by rid, and by store in order of insertion.
 *
 * Branches of one request form a ring through their rows, oldest first; the index by rid has the
 * oldest, whose `older` is the newest.
 */
import type { Coordinate } from '@rendezvous/protocol';
import { Branch } from './branch.js';
import { BranchChunk, CHUNK_ROWS, DOUBLE, WORD } from './branch-chunk.js';
import { type Keys, textBytesOf, writeText } from './branch-text.js';
import { type IdPlace, RowIndex } from './row-index.js';
import type { StoreLayout } from './store-layout.js';
import { writeUlid } from './ulid-words.js';

/** Lines that one node tells apart; positions on further ones are kept as their order parsed them. */
const LINE_COUNT_MAX = 10_000;

export interface NewBranch {
  readonly layout: StoreLayout;
  readonly bid: string;
  readonly rid: string;
  readonly keys: Keys;
  /** ASCII. */
  readonly position: string;
  /** As the store's order parses it; undefined when no watermark can ever reach it. */
  readonly parsedPosition: unknown;
  readonly marker: string;
  readonly insertedAtMs: number;
}

export class BranchTable {
  readonly #byBid: RowIndex;
  readonly #byRid: RowIndex;
  /** From the oldest that is left; chunk `n` has the rows from `n * CHUNK_ROWS` on. */
  #chunks: (BranchChunk | undefined)[] = [];
  /** Row 0 is none. */
  #firstChunk = 1;
  readonly #byStore = new Map<StoreLayout, { oldest: BranchChunk; newest: BranchChunk }>();
  /** Numbers of journals and lines, from 1 on. */
  readonly #journals: string[] = [''];
  readonly #journalNumbers = new Map<string, number>();
  readonly #lineNumbers = new Map<string, number>();
  #lastLine = '';
  #lastLineNumber = 0;
  #size = 0;
  #weight = 0;

  /** `seed`: any number, another one for every node. */
  constructor(seed: number) {
    this.#byBid = new RowIndex((row) => this.#idPlace(row, WORD.bid), seed);
    this.#byRid = new RowIndex((row) => this.#idPlace(row, WORD.rid), seed);
  }

  get size(): number {
    return this.#size;
  }

  /** What keys and positions of all branches weigh, in bytes. */
  get weight(): number {
    return this.#weight;
  }

  /** Bytes that are taken for branches and to find them. */
  get byteLength(): number {
    let bytes = this.#byBid.byteLength + this.#byRid.byteLength;
    for (const chunk of this.#chunks) bytes += chunk?.byteLength ?? 0;
    return bytes;
  }

  get(bid: string): Branch | undefined {
    return this.at(this.#byBid.get(bid));
  }

  /** The branch of this row; undefined when it is gone. */
  at(row: number): Branch | undefined {
    if (row === 0) return undefined;
    const chunk = this.#chunks[Math.floor(row / CHUNK_ROWS) - this.#firstChunk];
    if (!chunk) return undefined;
    const slot = row % CHUNK_ROWS;
    return chunk.isLive(slot) ? new Branch(chunk, slot, this.#journals) : undefined;
  }

  /** Adds a branch that no bid leads to yet; it has no spot and names no places. */
  add(one: NewBranch): Branch {
    const { layout, position, keys } = one;
    const textBytes = textBytesOf(position, keys);
    const chunk = this.#chunkFor(layout, textBytes);
    const slot = chunk.append(textBytes);
    const at = chunk.wordsAt(slot);
    const isValid =
      writeUlid(one.bid, chunk.words, at + WORD.bid) &&
      writeUlid(one.rid, chunk.words, at + WORD.rid);
    if (!isValid) throw new Error('assertion failed: a branch without ids');
    chunk.setWord(slot, WORD.positionLength, position.length);
    chunk.setWord(slot, WORD.keyCount, keys.length);
    writeText(chunk.text, chunk.word(slot, WORD.textStart), position, keys);
    chunk.setDouble(slot, DOUBLE.insertedAtMs, one.insertedAtMs);
    if (one.marker !== '') chunk.setRarities(slot, { marker: one.marker });
    if (one.parsedPosition !== undefined) this.#setPosition(chunk, slot, one.parsedPosition);
    const branch = new Branch(chunk, slot, this.#journals);
    this.#byBid.add(branch.row);
    this.#addToRid(branch, one.rid);
    this.#size++;
    this.#weight += textBytes;
    return branch;
  }

  delete(branch: Branch): void {
    if (!branch.isLive) return;
    const { chunk, slot } = branch;
    this.#byBid.delete(branch.row);
    this.#deleteFromRid(branch);
    this.#size--;
    this.#weight -= branch.textBytes;
    chunk.remove(slot);
    this.#shrink(chunk);
  }

  /** Where a journal has a copy of the branch. */
  addSpot(branch: Branch, journal: string, sequence: number): void {
    const { chunk, slot } = branch;
    if (chunk.word(slot, WORD.journal) === 0) {
      chunk.setWord(slot, WORD.journal, this.#numberOf(journal));
      chunk.setDouble(slot, DOUBLE.sequence, sequence);
      return;
    }
    const isKnown = branch.spots.some(
      (spot) => spot.journal === journal && spot.sequence === sequence,
    );
    if (isKnown) return;
    const { spots } = chunk.rarities(slot);
    chunk.setRarities(slot, { spots: [...spots, { journal, sequence }] });
  }

  /** The request's branches, oldest insertion first. */
  *ofRid(rid: string): Generator<Branch, undefined> {
    let branch = this.at(this.#byRid.get(rid));
    while (branch) {
      const newer = branch.chunk.double(branch.slot, DOUBLE.newer);
      yield branch;
      branch = this.at(newer);
    }
    return undefined;
  }

  /** The store's branches, oldest insertion first. It may go on for as long as it likes. */
  *ofStore(layout: StoreLayout): Generator<Branch, undefined> {
    let chunk = this.#byStore.get(layout)?.oldest;
    for (; chunk; chunk = chunk.next) {
      for (let slot = chunk.nextLive(-1); slot !== -1; slot = chunk.nextLive(slot)) {
        yield new Branch(chunk, slot, this.#journals);
      }
    }
    return undefined;
  }

  #chunkFor(layout: StoreLayout, textBytes: number): BranchChunk {
    const ofStore = this.#byStore.get(layout);
    if (ofStore?.newest.hasRoom(textBytes) === true) return ofStore.newest;
    const number = this.#firstChunk + this.#chunks.length;
    const chunk = new BranchChunk(layout, number * CHUNK_ROWS, textBytes);
    this.#chunks.push(chunk);
    if (!ofStore) {
      this.#byStore.set(layout, { oldest: chunk, newest: chunk });
      return chunk;
    }
    const before = ofStore.newest;
    before.next = chunk;
    chunk.previous = before;
    ofStore.newest = chunk;
    this.#shrink(before);
    return chunk;
  }

  #shrink(chunk: BranchChunk): void {
    const ofStore = this.#byStore.get(chunk.layout);
    const isNewest = ofStore?.newest === chunk;
    chunk.shrink(isNewest);
    // The newest stays for those that go through the store's branches at this moment.
    if (!ofStore || isNewest || chunk.liveCount > 0) return;
    if (chunk.previous) chunk.previous.next = chunk.next;
    if (chunk.next) chunk.next.previous = chunk.previous;
    if (ofStore.oldest === chunk) ofStore.oldest = chunk.next ?? chunk;
    this.#chunks[chunk.base / CHUNK_ROWS - this.#firstChunk] = undefined;
    const goneCount = this.#chunks.findIndex((one) => one !== undefined);
    if (goneCount <= 0) return;
    this.#chunks.splice(0, goneCount);
    this.#firstChunk += goneCount;
  }

  #setPosition(chunk: BranchChunk, slot: number, parsedPosition: unknown): void {
    const coordinate = chunk.layout.definition.order?.coordinate?.(parsedPosition);
    const line = coordinate ? this.#lineOf(coordinate) : 0;
    if (coordinate === undefined || line === 0) {
      chunk.setRarities(slot, { parsedPosition });
      return;
    }
    chunk.setWord(slot, WORD.line, line);
    chunk.setDouble(slot, DOUBLE.value, coordinate.value);
  }

  /** 0 when there are too many. */
  #lineOf({ line }: Coordinate): number {
    if (line === this.#lastLine) return this.#lastLineNumber;
    const known = this.#lineNumbers.get(line);
    if (known === undefined && this.#lineNumbers.size === LINE_COUNT_MAX) return 0;
    const number = known ?? this.#lineNumbers.size + 1;
    this.#lineNumbers.set(line, number);
    this.#lastLine = line;
    this.#lastLineNumber = number;
    return number;
  }

  #numberOf(journal: string): number {
    const known = this.#journalNumbers.get(journal);
    if (known !== undefined) return known;
    const number = this.#journals.push(journal) - 1;
    this.#journalNumbers.set(journal, number);
    return number;
  }

  #addToRid(branch: Branch, rid: string): void {
    const { row } = branch;
    const oldest = this.at(this.#byRid.get(rid));
    if (!oldest) {
      this.#byRid.add(row);
      branch.chunk.setDouble(branch.slot, DOUBLE.older, row);
      return;
    }
    const newest = this.at(oldest.chunk.double(oldest.slot, DOUBLE.older));
    newest?.chunk.setDouble(newest.slot, DOUBLE.newer, row);
    oldest.chunk.setDouble(oldest.slot, DOUBLE.older, row);
    branch.chunk.setDouble(branch.slot, DOUBLE.older, newest?.row ?? 0);
  }

  #deleteFromRid(branch: Branch): void {
    const { row } = branch;
    const olderRow = branch.chunk.double(branch.slot, DOUBLE.older);
    const newerRow = branch.chunk.double(branch.slot, DOUBLE.newer);
    const older = this.at(olderRow);
    const isOldest = older === undefined || older.chunk.double(older.slot, DOUBLE.newer) !== row;
    const newer = this.at(newerRow);
    if (!isOldest) {
      older.chunk.setDouble(older.slot, DOUBLE.newer, newerRow);
      const next = newer ?? this.at(this.#byRid.get(branch.rid));
      next?.chunk.setDouble(next.slot, DOUBLE.older, olderRow);
      return;
    }
    if (!newer) {
      this.#byRid.delete(row);
      return;
    }
    this.#byRid.replace(row, newerRow);
    newer.chunk.setDouble(newer.slot, DOUBLE.older, olderRow);
  }

  #idPlace(row: number, field: number): IdPlace {
    const chunk = this.#chunks[Math.floor(row / CHUNK_ROWS) - this.#firstChunk];
    if (!chunk) throw new Error('assertion failed: a row without a chunk');
    return { words: chunk.words, at: chunk.wordsAt(row % CHUNK_ROWS) + field };
  }
}
