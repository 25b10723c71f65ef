/**
 * Rows of branches by one of their ids.
 *
 * Hash tables with open addressing, of row numbers alone: the ids stand in the rows. Split into many
 * small ones, so that growing never takes long.
 */
import { writeUlid } from './ulid-words.js';

/** Where the words of a row's id stand. */
export interface IdPlace {
  readonly words: Uint32Array;
  readonly at: number;
}

/** Finds the id of a row that is in the index. */
export type LocateId = (row: number) => IdPlace;

const SHARD_BITS = 8;
const SHARD_CAPACITY_MIN = 16;

interface Shard {
  /** Row numbers; 0 where there is none. A power of two long. */
  rows: Float64Array;
  count: number;
}

export class RowIndex {
  readonly #locate: LocateId;
  /** Differs from node to node, so that what collides here does not collide there. */
  readonly #seed: number;
  readonly #shards: Shard[];
  /** The words of the id at hand. */
  readonly #id = new Uint32Array(4);

  constructor(locate: LocateId, seed: number) {
    this.#locate = locate;
    this.#seed = seed;
    this.#shards = Array.from({ length: 1 << SHARD_BITS }, () => ({
      rows: new Float64Array(SHARD_CAPACITY_MIN),
      count: 0,
    }));
  }

  /** The row with this id, or 0. */
  get(id: string): number {
    if (!writeUlid(id, this.#id, 0)) return 0;
    const hash = this.#hash(this.#id, 0);
    const { rows } = this.#shardOf(hash);
    for (let at = hash & (rows.length - 1); ; at = (at + 1) & (rows.length - 1)) {
      const row = rows[at] ?? 0;
      if (row === 0 || this.#isSame(row)) return row;
    }
  }

  /** Puts in a row whose id is not there yet. */
  add(row: number): void {
    const hash = this.#hashOf(row);
    const shard = this.#shardOf(hash);
    shard.count++;
    if (shard.count * 4 > shard.rows.length * 3) this.#resize(shard, shard.rows.length * 2);
    put(shard.rows, hash, row);
  }

  /** Puts `row` in the place of another one with the same id. */
  replace(known: number, row: number): void {
    const { rows, at } = this.#find(known);
    rows[at] = row;
  }

  delete(row: number): void {
    const { shard, rows, at } = this.#find(row);
    const mask = rows.length - 1;
    let hole = at;
    for (let next = (hole + 1) & mask; rows[next] !== 0; next = (next + 1) & mask) {
      const moved = rows[next] ?? 0;
      const home = this.#hashOf(moved) & mask;
      // What may not stand before its home stays.
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      rows[hole] = moved;
      hole = next;
    }
    rows[hole] = 0;
    shard.count--;
    const isSparse = shard.count * 8 < rows.length && rows.length > SHARD_CAPACITY_MIN;
    if (isSparse) this.#resize(shard, rows.length / 2);
  }

  #find(row: number): { readonly shard: Shard; readonly rows: Float64Array; readonly at: number } {
    const hash = this.#hashOf(row);
    const shard = this.#shardOf(hash);
    const { rows } = shard;
    for (let at = hash & (rows.length - 1); rows[at] !== 0; at = (at + 1) & (rows.length - 1)) {
      if (rows[at] === row) return { shard, rows, at };
    }
    throw new Error('assertion failed: a row is not in its index');
  }

  #resize(shard: Shard, capacity: number): void {
    const before = shard.rows;
    shard.rows = new Float64Array(capacity);
    for (const row of before) if (row !== 0) put(shard.rows, this.#hashOf(row), row);
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

  #hash(words: Uint32Array, at: number): number {
    let hash = this.#seed;
    for (let index = 0; index < 4; index++) {
      hash = Math.imul(hash ^ (words[at + index] ?? 0), 0x9e37_79b1);
      hash ^= hash >>> 15;
    }
    return Math.imul(hash, 0x85eb_ca6b) >>> 0;
  }
}

/** Puts a row where it is found by its hash; there is room. */
function put(rows: Float64Array, hash: number, row: number): void {
  const mask = rows.length - 1;
  let at = hash & mask;
  while (rows[at] !== 0) at = (at + 1) & mask;
  rows[at] = row;
}
