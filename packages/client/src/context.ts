/**
 * What a request carries through the process, in an AsyncLocalStorage: its bookmark, which grows
 * with its writes, and the policies of `with`.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { coverOpen, emptyBookmark, isEmptyBookmark, markIncomplete } from '@rendezvous/protocol';
import type { Bookmark, Opened } from '@rendezvous/protocol';
import { createIdentifier } from './identifier.js';
import { TIMEOUT_MS_MAX } from './policy.js';
import type { Policy } from './policy.js';
import type { Requeue } from './rendezvous.js';

/** One `run`. Parallel branches of the request share it, so the writes of all of them add up. */
export class Context {
  /** `run` was given no bookmark. */
  readonly #startedWithout: boolean;
  /** Unacknowledged opens per store. */
  readonly #unacknowledged = new Map<string, number>();
  #bookmark: Bookmark;
  #rid: string | undefined;

  constructor(namespace: string, bookmark: Bookmark | undefined) {
    this.#startedWithout = bookmark === undefined;
    this.#bookmark = bookmark ?? emptyBookmark(namespace);
  }

  /** The request's own rid; a context that writes nothing has none. */
  get rid(): string {
    this.#rid ??= createIdentifier();
    return this.#rid;
  }

  /** Undefined: nobody gave the request a bookmark, and it has written nothing. */
  get bookmark(): Bookmark | undefined {
    const bookmark = [...this.#unacknowledged.keys()].reduce(markIncomplete, this.#bookmark);
    return this.#startedWithout && isEmptyBookmark(bookmark) ? undefined : bookmark;
  }

  /** Covers a branch that this context opened. */
  cover(opened: Opened): void {
    this.#bookmark = coverOpen(this.#bookmark, this.rid, opened.journal, opened.sequence);
  }

  /** Marks the bookmark incomplete for the store, until the returned function is called. */
  markUnacknowledged(store: string): () => void {
    this.#unacknowledged.set(store, (this.#unacknowledged.get(store) ?? 0) + 1);
    return () => {
      const rest = (this.#unacknowledged.get(store) ?? 0) - 1;
      if (rest > 0) this.#unacknowledged.set(store, rest);
      else this.#unacknowledged.delete(store);
    };
  }
}

/** What surrounds a call. */
export interface Surroundings {
  readonly context: Context | undefined;
  readonly policy: Partial<Policy>;
  /** Empty: the whole store. */
  readonly keys: readonly Uint8Array[];
  /** When every wait inside has to be over, on the clock of `performance.now()`. */
  readonly endMs: number;
  readonly requeue: Requeue | undefined;
}

const NOTHING: Surroundings = {
  context: undefined,
  policy: {},
  keys: [],
  endMs: Infinity,
  requeue: undefined,
};

export class Scope {
  readonly #storage = new AsyncLocalStorage<Surroundings>();

  get current(): Surroundings {
    return this.#storage.getStore() ?? NOTHING;
  }

  /**
   * What holds for a call here. `base` is the store's policy, or the client's. A call with policies of its
   * `own` (`rv.wait`) follows none of those that say what a read does, `requeue` among them.
   */
  policyOver(base: Policy, own?: Partial<Policy>): Policy {
    const { policy: surrounding, endMs, requeue } = this.current;
    const policy = { ...base, ...surrounding, ...own };
    const mustBlock = !own && requeue === 'block' && policy.onTimeout === 'requeue';
    const leftMs = Math.max(0, Math.floor(endMs - performance.now()));
    const timeoutMs = Math.min(mustBlock ? TIMEOUT_MS_MAX : policy.timeoutMs, leftMs);
    return { ...policy, timeoutMs };
  }

  enter<T>(changes: Partial<Surroundings>, fn: () => T): T {
    return this.#storage.run({ ...this.current, ...changes }, fn);
  }

  /** As `enter`, for what follows; nothing of what surrounded it stays, not even what an earlier call left. */
  replace(changes: Partial<Surroundings>): void {
    this.#storage.enterWith({ ...NOTHING, ...changes });
  }
}
