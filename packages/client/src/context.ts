/**
 * What a request carries through the process, in an AsyncLocalStorage: its bookmark, which grows
 * with its writes, and the policies of `with`.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { coverOpen, emptyBookmark, isEmptyBookmark, markIncomplete } from '@rendezvous/protocol';
import type { Bookmark, Opened } from '@rendezvous/protocol';
import { monotonicMs } from './clock.js';
import { createIdentifier } from './identifier.js';
import { TIMEOUT_MS_DEFAULT, TIMEOUT_MS_MAX } from './policy.js';
import type { BasePolicy, Policy, Requeue } from './policy.js';

/** One `run`. Parallel branches of the request share it, so the writes of all of them add up. */
export interface Context {
  /** The request's own rid; a context that writes nothing has none. */
  readonly rid: string;
  /** Undefined: nobody gave the request a bookmark, and it has written nothing. */
  readonly bookmark: Bookmark | undefined;
  /** Covers a branch that this context opened. */
  cover(opened: Opened): void;
  /** Marks the bookmark incomplete for the store, until the returned function is called. */
  markUnacknowledged(store: string): () => void;
}

export function createContext(namespace: string, given: Bookmark | undefined): Context {
  /** The store of each unacknowledged open. */
  const unacknowledged = new Map<object, string>();
  let covered = given ?? emptyBookmark(namespace);
  let rid: string | undefined;
  const context = {
    get rid() {
      return (rid ??= createIdentifier());
    },
    get bookmark() {
      const bookmark = [...unacknowledged.values()].reduce(markIncomplete, covered);
      return given || !isEmptyBookmark(bookmark) ? bookmark : undefined;
    },
    cover({ journal, sequence }: Opened) {
      covered = coverOpen(covered, context.rid, journal, sequence);
    },
    markUnacknowledged(store: string) {
      const mark = {};
      unacknowledged.set(mark, store);
      return () => {
        unacknowledged.delete(mark);
      };
    },
  };
  return context;
}

/** What surrounds a call. */
export interface Surroundings {
  readonly context: Context | undefined;
  readonly policy: Partial<Policy>;
  /** Empty: the whole store. */
  readonly keys: readonly Uint8Array[];
  /** When every wait inside has to be over, on the clock of `monotonicMs()`. */
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

export interface Scope {
  readonly current: Surroundings;
  /**
   * The policy that holds for a call here. `base` is the store's policy, or the client's. A call with policies of its
   * `own` (`rv.wait`) follows none of those that say what a read does, `requeue` among them.
   */
  policyOver(base: BasePolicy, own?: Partial<Policy>): Policy;
  enter<T>(changes: Partial<Surroundings>, fn: () => T): T;
  /** As `enter`, for what follows; nothing of what surrounded it stays, not even what an earlier call left. */
  replace(changes: Partial<Surroundings>): void;
}

export function createScope(): Scope {
  const storage = new AsyncLocalStorage<Surroundings>();
  const current = (): Surroundings => storage.getStore() ?? NOTHING;
  return {
    get current() {
      return current();
    },
    policyOver(base, own) {
      const { policy: surrounding, endMs, requeue } = current();
      const policy = { timeoutMs: TIMEOUT_MS_DEFAULT, ...base, ...surrounding, ...own };
      const mustBlock = !own && requeue === 'block' && policy.onTimeout === 'requeue';
      const leftMs = Math.max(0, Math.floor(endMs - monotonicMs()));
      const timeoutMs = Math.min(mustBlock ? TIMEOUT_MS_MAX : policy.timeoutMs, leftMs);
      return { ...policy, timeoutMs };
    },
    enter: (changes, fn) => storage.run({ ...current(), ...changes }, fn),
    replace(changes) {
      storage.enterWith({ ...NOTHING, ...changes });
    },
  };
}
