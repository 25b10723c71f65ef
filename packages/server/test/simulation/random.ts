/** Pseudo-random numbers from a seed (mulberry32): the only randomness of a simulation. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 ≤ x < 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, 0 ≤ x < count. */
  int(count: number): number {
    return Math.floor(this.next() * count);
  }

  between(min: number, max: number): number {
    return min + this.next() * (max - min);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the values. Throws when there is none. */
  pick<T>(values: readonly T[]): T {
    const index = this.int(values.length);
    if (values.length === 0) throw new Error('nothing to pick from');
    return values[index] as T;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.int(256));
  }
}

/** One of the values, if there is one. */
export function pickOne<T>(values: readonly T[], random: Random): T | undefined {
  return values.length === 0 ? undefined : random.pick(values);
}
