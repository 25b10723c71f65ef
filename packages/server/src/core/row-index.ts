/**
 * Rows of branches by one of their ids.
 *
 * Hash tables with open addressing, of row numbers alone: the ids stand in the rows. Split into many
 * small ones, so that growing never takes long.
 */
import { createBuffer, shrinkBuffer } from './own-memory.js';
import { writeUlid } from './ulid-words.js';

/** Where the words of a row's id stand. */
export interface IdPlace {
  readonly words: Uint32Array;
  readonly at: number;
}

/** Finds the id of a row that is in the index. */
export type LocateId = (row: number) => IdPlace;

/** Each takes two pages of memory at least. */
const SHARD_BITS = 6;
const SHARD_CAPACITY_MIN = 256;

/** The row of an entry is 0 where there is none. A power of two of them. */
interface Shard {
  rows: Float64Array<ArrayBuffer>;
  /** So that looking up and growing need not look at the rows, which are anywhere in memory. */
  hashes: Uint32Array<ArrayBuffer>;
  count: number;
}

export class RowIndex {
  readonly #locate: LocateId;
  /** Differs from node to node, so that what collides here does not collide there. */
  readonly #seed: number;
  readonly #shards: Shard[];
  /** The words of the id at hand. */
  readonly #id = new Uint32Array(createBuffer(16));

  constructor(locate: LocateId, seed: number) {
    this.#locate = locate;
    this.#seed = seed;
    this.#shards = Array.from({ length: 1 << SHARD_BITS }, () => EMPTY);
  }

  get byteLength(): number {
    return this.#shards.reduce(
      (sum, { rows, hashes }) => sum + rows.byteLength + hashes.byteLength,
      0,
    );
  }

  /** The row with this id, or 0. */
  get(id: string): number {
    if (!writeUlid(id, this.#id, 0)) return 0;
    const hash = this.#hash(this.#id, 0);
    const { rows, hashes } = this.#shardOf(hash);
    const mask = rows.length - 1;
    for (let at = hash & mask; hashes[at] !== 0; at = (at + 1) & mask) {
      if (hashes[at] !== hash) continue;
      const row = rows[at] ?? 0;
      if (this.#isSame(row)) return row;
    }
    return 0;
  }

  /** Puts in a row whose id is not there yet. */
  add(row: number): void {
    const hash = this.#hashOf(row);
    let shard = this.#shardOf(hash);
    if (shard === EMPTY) {
      shard = createShard(SHARD_CAPACITY_MIN);
      this.#shards[hash >>> (32 - SHARD_BITS)] = shard;
    }
    shard.count++;
    if (shard.count * 4 > shard.rows.length * 3) resize(shard, shard.rows.length * 2);
    put(shard, hash, row);
  }

  /** Puts `row` in the place of another one with the same id. */
  replace(known: number, row: number): void {
    const hash = this.#hashOf(known);
    const { rows } = this.#shardOf(hash);
    rows[this.#find(hash, known)] = row;
  }

  delete(row: number): void {
    const hash = this.#hashOf(row);
    const shard = this.#shardOf(hash);
    const { rows, hashes } = shard;
    const mask = rows.length - 1;
    let hole = this.#find(hash, row);
    for (let next = (hole + 1) & mask; hashes[next] !== 0; next = (next + 1) & mask) {
      const home = (hashes[next] ?? 0) & mask;
      // What may not stand before its home stays.
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      rows[hole] = rows[next] ?? 0;
      hashes[hole] = hashes[next] ?? 0;
      hole = next;
    }
    rows[hole] = 0;
    hashes[hole] = 0;
    shard.count--;
    const isSparse = shard.count * 8 < rows.length && rows.length > SHARD_CAPACITY_MIN;
    if (isSparse) resize(shard, rows.length / 2);
  }

  #find(hash: number, row: number): number {
    const { rows, hashes } = this.#shardOf(hash);
    const mask = rows.length - 1;
    for (let at = hash & mask; hashes[at] !== 0; at = (at + 1) & mask) {
      if (rows[at] === row) return at;
    }
    throw new Error('assertion failed: a row is not in its index');
  }

  #isSame(row: number): boolean {
    const { words, at } = this.#locate(row);
    const id = this.#id;
    return (
      words[at + 3] === id[3] &&
      words[at + 2] === id[2] &&
      words[at + 1] === id[1] &&
      words[at] === id[0]
    );
  }

  #shardOf(hash: number): Shard {
    const shard = this.#shards[hash >>> (32 - SHARD_BITS)];
    if (!shard) throw new Error('assertion failed: no such shard');
    return shard;
  }

  #hashOf(row: number): number {
    const { words, at } = this.#locate(row);
    return this.#hash(words, at);
  }

  /** Never 0. */
  #hash(words: Uint32Array, at: number): number {
    let hash = this.#seed;
    for (let index = 0; index < 4; index++) {
      hash = Math.imul(hash ^ (words[at + index] ?? 0), 0x9e37_79b1);
      hash ^= hash >>> 15;
    }
    return Math.imul(hash, 0x85eb_ca6b) >>> 0 || 1;
  }
}

function createShard(capacity: number): Shard {
  return { rows: createRows(capacity), hashes: createHashes(capacity), count: 0 };
}

/** Of every shard that nothing was put into yet: most nodes of tests have a few branches. */
const EMPTY: Shard = createShard(1);

function resize(shard: Shard, capacity: number): void {
  const { rows, hashes } = shard;
  shard.rows = createRows(capacity);
  shard.hashes = createHashes(capacity);
  for (let at = 0; at < hashes.length; at++) {
    const hash = hashes[at] ?? 0;
    if (hash !== 0) put(shard, hash, rows[at] ?? 0);
  }
  shrinkBuffer(rows.buffer);
  shrinkBuffer(hashes.buffer);
}

function createRows(capacity: number): Float64Array<ArrayBuffer> {
  return new Float64Array(createBuffer(8 * capacity));
}

function createHashes(capacity: number): Uint32Array<ArrayBuffer> {
  return new Uint32Array(createBuffer(4 * capacity));
}

/** Puts a row where it is found by its hash; there is room. */
function put({ rows, hashes }: Shard, hash: number, row: number): void {
  const mask = rows.length - 1;
  let at = hash & mask;
  while (hashes[at] !== 0) at = (at + 1) & mask;
  rows[at] = row;
  hashes[at] = hash;
}
