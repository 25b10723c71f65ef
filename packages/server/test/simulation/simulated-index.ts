/**
 * A search index: a region of a store that no replica serves. Its consumer applies what a message
 * tells it of, and says so to the node (`applied`).
 */
export class SimulatedIndex<Write extends { readonly at?: unknown }> {
  readonly region: string;
  readonly name = 'index';
  readonly isUp = true;
  readonly #writes = new Set<Write>();

  constructor(region: string) {
    this.region = region;
  }

  has(write: Write): boolean {
    return this.#writes.has(write);
  }

  /** Takes in whole writes: one that names two keys is applied with either. */
  upsert(writes: Iterable<Write>): void {
    for (const write of writes) if (write.at) this.#writes.add(write);
  }
}
