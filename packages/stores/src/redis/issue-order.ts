import { AsyncResource } from 'node:async_hooks';

/** Told once what was started has reached the connection. */
export type Issued = () => void;

interface Entry {
  readonly exclusive: boolean;
  readonly start: (issued: Issued) => void;
}

/**
 * Keeps the order in which commands reach one connection although some wait before they do: reads
 * that wait for a replica pass each other, but whatever changes data or the connection's state
 * (`SELECT`, `MULTI`, `QUIT`) is issued neither before what came earlier nor after what came later.
 * While nothing waits, everything is started at once. What waits is started in the asynchronous context
 * of its own caller, which tells the request that it belongs to.
 */
export class IssueOrder {
  readonly #queue: Entry[] = [];
  #held = 0;
  #heldExclusively = false;

  /** Nothing waits: a command that goes past this queue keeps its order. */
  get idle(): boolean {
    return this.#held === 0 && this.#queue.length === 0;
  }

  /** Calls `start`, now or when its turn has come. It must call `issued` in the end. */
  add(exclusive: boolean, start: (issued: Issued) => void): void {
    this.#queue.push({ exclusive, start: this.idle ? start : AsyncResource.bind(start) });
    this.#startWaiting();
  }

  #startWaiting(): void {
    for (;;) {
      const [next] = this.#queue;
      if (next === undefined || this.#heldExclusively) return;
      if (next.exclusive && this.#held > 0) return;
      this.#queue.shift();
      this.#start(next);
    }
  }

  #start({ exclusive, start }: Entry): void {
    let isIssued = false;
    this.#held += 1;
    this.#heldExclusively = exclusive;
    start(() => {
      if (isIssued) return;
      isIssued = true;
      this.#held -= 1;
      if (exclusive) this.#heldExclusively = false;
      this.#startWaiting();
    });
  }
}
