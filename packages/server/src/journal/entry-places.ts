/**
 * Where each live entry of a stored journal lies: in a block, or alone. Pure, and small: one bit for an
 * entry in a block.
 *
 *   blocks   │ 7 8 9 │ 10 11 │ 12 13 14 │ 15 …      written one per commit, never changed
 *   segments │   ▲   │       │          │           dropped whole, and only at the front
 *                └ nothing alive: dropped. Little alive, much dead behind it: what lives is moved
 *                  out, to stand alone, then dropped
 *
 * Dropped only at the front: so whatever a block collected is gone before that block goes, and nothing
 * that was collected comes back.
 */

/** How many sequences a segment spans at most. */
export const SEGMENT_SPAN = 1_024;
const SEGMENT_BLOCK_COUNT_MAX = 128;
/** What is dead is left alone up to here: some 2 MB. */
const DEAD_COUNT_MIN = 16_384;
/** A guess, for entries that stand alone. */
const LONE_ENTRY_BYTES = 160;

export interface BlockRange {
  readonly first: number;
  /** The one after the last. */
  readonly end: number;
}

interface Segment {
  readonly firstBlock: number;
  blockCount: number;
  readonly firstSequence: number;
  /** A bit for each sequence from the first one on. */
  readonly live: Uint8Array;
  liveCount: number;
  /** Entries and collects. */
  recordCount: number;
  byteCount: number;
}

export class EntryPlaces {
  readonly #segments: Segment[] = [];
  readonly #lone = new Set<number>();
  #nextBlock: number;
  /** The segment that was found last: most are asked for in order. */
  #found = 0;
  #liveInBlocks = 0;
  #recordsInBlocks = 0;
  #byteCount = 0;
  #droppedBytes = 0;

  constructor(firstBlock: number) {
    this.#nextBlock = firstBlock;
  }

  get liveCount(): number {
    return this.#liveInBlocks + this.#lone.size;
  }

  get firstBlock(): number {
    return this.#segments[0]?.firstBlock ?? this.#nextBlock;
  }

  get nextBlock(): number {
    return this.#nextBlock;
  }

  get byteCount(): number {
    return this.#byteCount + this.#lone.size * LONE_ENTRY_BYTES;
  }

  /** Of all that was dropped so far. Entries that stood alone are small, and are not counted. */
  get droppedBytes(): number {
    return this.#droppedBytes;
  }

  /** Whether the block that is being made may hold this sequence, which is above all before it. */
  fits(sequence: number): boolean {
    const last = this.#segments.at(-1);
    return (
      last !== undefined &&
      last.blockCount < SEGMENT_BLOCK_COUNT_MAX &&
      sequence - last.firstSequence < SEGMENT_SPAN
    );
  }

  /** Between two blocks: the next one is the first of a segment that begins with this sequence. */
  beginSegment(firstSequence: number): void {
    this.#segments.push({
      firstBlock: this.#nextBlock,
      blockCount: 0,
      firstSequence,
      live: new Uint8Array(SEGMENT_SPAN >> 3),
      liveCount: 0,
      recordCount: 0,
      byteCount: 0,
    });
  }

  /** An entry of the block that is being made; it `fits`. */
  addToBlock(sequence: number): void {
    const last = this.#last();
    const bit = sequence - last.firstSequence;
    last.live[bit >> 3] = (last.live[bit >> 3] ?? 0) | (1 << (bit & 7));
    last.liveCount++;
    last.recordCount++;
    this.#liveInBlocks++;
    this.#recordsInBlocks++;
  }

  endBlock(collectedCount: number, byteCount: number): void {
    const last = this.#last();
    last.blockCount++;
    last.recordCount += collectedCount;
    last.byteCount += byteCount;
    this.#nextBlock++;
    this.#recordsInBlocks += collectedCount;
    this.#byteCount += byteCount;
  }

  addLone(sequence: number): void {
    this.#lone.add(sequence);
  }

  /** Where the entry was that is now gone; undefined if there was none. */
  remove(sequence: number): 'block' | 'lone' | undefined {
    const segment = this.#segmentOf(sequence);
    if (segment === undefined || !isLiveIn(segment, sequence)) {
      return this.#lone.delete(sequence) ? 'lone' : undefined;
    }
    const bit = sequence - segment.firstSequence;
    segment.live[bit >> 3] = (segment.live[bit >> 3] ?? 0) & ~(1 << (bit & 7));
    segment.liveCount--;
    this.#liveInBlocks--;
    return 'block';
  }

  isInBlock(sequence: number): boolean {
    const segment = this.#segmentOf(sequence);
    return segment !== undefined && isLiveIn(segment, sequence);
  }

  /** The blocks at the front in which nothing lives. The last segment stays: it is being written. */
  dropDead(): BlockRange {
    const first = this.firstBlock;
    while (this.#segments.length > 1 && this.#segments[0]?.liveCount === 0) this.#dropFront();
    return { first, end: this.firstBlock };
  }

  /** The front's blocks, if what lives in them should be moved out. */
  get blocksToMove(): BlockRange | undefined {
    const [front] = this.#segments;
    if (front === undefined || this.#segments.length === 1) return undefined;
    const deadCount = this.#recordsInBlocks - this.#liveInBlocks;
    if (deadCount < Math.max(DEAD_COUNT_MIN, 2 * this.#liveInBlocks)) return undefined;
    return { first: front.firstBlock, end: front.firstBlock + front.blockCount };
  }

  #last(): Segment {
    const last = this.#segments.at(-1);
    if (last === undefined) throw new Error('a block without a segment');
    return last;
  }

  #dropFront(): void {
    const front = this.#segments.shift();
    if (front === undefined) return;
    this.#recordsInBlocks -= front.recordCount;
    this.#byteCount -= front.byteCount;
    this.#droppedBytes += front.byteCount;
    this.#found = 0;
  }

  /** The last segment that begins at or below the sequence. */
  #segmentOf(sequence: number): Segment | undefined {
    const segments = this.#segments;
    const found = segments[this.#found];
    const next = segments[this.#found + 1];
    const isThere =
      found !== undefined &&
      found.firstSequence <= sequence &&
      (next === undefined || next.firstSequence > sequence);
    if (isThere) return found;
    let [low, high] = [0, segments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((segments[middle]?.firstSequence ?? 0) <= sequence) low = middle + 1;
      else high = middle;
    }
    this.#found = Math.max(0, low - 1);
    return segments[low - 1];
  }
}

function isLiveIn(segment: Segment, sequence: number): boolean {
  const bit = sequence - segment.firstSequence;
  return bit < SEGMENT_SPAN && ((segment.live[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
}
