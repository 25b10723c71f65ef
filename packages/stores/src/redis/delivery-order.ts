/**
 * Gives outcomes to callers in the order of their calls, as one connection does, although a write
 * has to wait for its open: for calls of one turn of the event loop. Calls of different turns (of
 * different requests, most of the time) do not wait for each other.
 */
export class DeliveryOrder {
  #last: Promise<unknown> | undefined;

  /** Nothing of this turn is under way. */
  get idle(): boolean {
    return this.#last === undefined;
  }

  /** `outcome`, but not before those that were added earlier in this turn. */
  add<T>(outcome: Promise<T>): Promise<T> {
    const earlier = this.#last;
    const delivered = earlier === undefined ? outcome : afterwards(earlier, outcome);
    if (earlier === undefined) setImmediate(() => (this.#last = undefined));
    this.#last = delivered.catch(() => undefined);
    return delivered;
  }
}

async function afterwards<T>(earlier: Promise<unknown>, outcome: Promise<T>): Promise<T> {
  // Until it is its turn, a failure is nobody's.
  outcome.catch(() => undefined);
  await earlier;
  return outcome;
}
