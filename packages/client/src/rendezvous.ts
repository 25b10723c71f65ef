/**
 * What users see of a client. When no node can be reached, writes and sends go on and are never
 * failed; reads go on as `onUnavailable` says, by default at once and counted.
 */

import type { Bookmark, StoreHandle, WaitResult } from '@rendezvous/protocol';
import type { Carrier } from './carrier.js';
import type { Counters } from './counters.js';
import type { Key } from './keys.js';
import type { StoreOptions } from './options.js';
import type { CallPolicy } from './policy.js';

/** A bookmark, its text, the text of a `baggage` header, nothing, or several of these to be merged. */
export type BookmarkSource = string | Bookmark | undefined | readonly (string | undefined)[];

export interface InjectOptions {
  /** What to carry instead of the context's bookmark. */
  readonly bookmark?: string | Bookmark | undefined;
  /** The label under which a dropped bookmark is counted: one of few. Default `baggage`. */
  readonly carrierName?: string | undefined;
}

export type ExtractOptions = Pick<InjectOptions, 'carrierName'>;

export interface OpenOptions {
  readonly store: string;
  /** Keys that the write touched. Default: those of `with`, else the whole store. */
  readonly keys?: readonly Key[] | undefined;
  /** The store's position after the write, in its own notation. Default: none. */
  readonly position?: string | undefined;
  /** The region whose replica took the write. Default: the store's configured home. */
  readonly home?: string | undefined;
}

export interface OpenedBranch {
  readonly bid: string;
  /** False: not in time; the bookmark is incomplete for the store, and the client goes on trying. */
  readonly acknowledged: boolean;
}

export interface CloseOptions {
  readonly bid: string;
  readonly region: string;
  /** Default: every replica of the region. */
  readonly replica?: string | undefined;
}

export interface WaitOptions {
  /** Default: every store. */
  readonly store?: string | undefined;
  /** Wait only for branches on these keys, and for those without any. Default: those of `with`, else all. */
  readonly keys?: readonly Key[] | undefined;
  /** Default: the client's. */
  readonly region?: string | undefined;
  /** 0 to 900,000. Default: the policy's. */
  readonly timeoutMs?: number | undefined;
  /** Default: the context's. */
  readonly bookmark?: string | Bookmark | undefined;
  /** Rejects the wait with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

export interface AppliedOptions {
  /** The store whose writes were applied. */
  readonly store: string;
  /** The derived store's region, such as `search`. */
  readonly region: string;
  /** What was applied. Needed unless `ordered`. */
  readonly key?: Key | undefined;
  /** The consumer applies everything in order, so whatever came before is there too. Default false. */
  readonly ordered?: boolean | undefined;
}

export interface FlushOptions {
  /** 0 to 900,000. Default 60,000. */
  readonly timeoutMs?: number | undefined;
}

export interface Rendezvous extends AsyncDisposable {
  /**
   * A store for an adapter to wrap a client with. Throws `config_invalid`.
   *
   * @example
   * const db = wrapPg(new pg.Pool(config), rv.store('posts', { timeoutMs: 300 }));
   */
  store(name: string, options?: StoreOptions): StoreHandle;
  /**
   * Runs `fn` as a request that begins with this bookmark: a bookmark, its text, the text of a
   * `baggage` header, undefined, or a list of texts, which are merged. Writes inside add to it; reads inside wait for it. A run inside
   * another starts from the bookmark that it is given. Returns what `fn` returns.
   *
   * Throws `bookmark_invalid`, `bookmark_version` or `bookmark_namespace` for a bookmark that cannot
   * be read; one inside a `baggage` header is dropped and counted instead.
   *
   * @example
   * await rv.run(rv.extract(message.headers), () => handle(message));
   */
  run<T>(bookmark: BookmarkSource, fn: () => T): T;
  /**
   * As `run` with the policies of `with`, for the rest of the asynchronous call chain: for frameworks that
   * have hooks and no function to surround. Only what is called from where `enter` was called, and after
   * it, is inside. Prefer `run`, which also ends. Throws as both do.
   */
  enter(bookmark: BookmarkSource, policy?: CallPolicy): void;
  /** The text of the context's bookmark; undefined outside `run` and when there is nothing to carry. */
  current(): string | undefined;
  /**
   * Puts the context's bookmark into a carrier, as the member `rendezvous` of its `baggage`. Never
   * throws. Returns whether the carrier has the whole bookmark; false is counted, unless there was
   * nothing to carry.
   *
   * @example
   * const headers = {};
   * rv.inject(headers);
   * await fetch(url, { headers });
   */
  inject(carrier: Carrier, options?: InjectOptions): boolean;
  /** The text of the bookmark that a carrier holds. Never throws: what cannot be used is counted, and missing. */
  extract(carrier: Carrier, options?: ExtractOptions): string | undefined;
  /**
   * Runs `fn` under policies, or about keys, that win over those of the store and the client.
   * Returns what `fn` returns. Throws `config_invalid` or, for keys, `bad_request`.
   *
   * @example
   * const { rows } = await rv.with({ key: id, timeoutMs: 300 }, () => db.query(sql, [id]));
   */
  with<T>(policy: CallPolicy, fn: () => T): T;
  /** Opens a branch for a write that no adapter sees. Resolves within `openTimeoutMs`; rejects only for bad arguments. */
  open(options: OpenOptions): Promise<OpenedBranch>;
  /** Says that a branch became visible in a region. Rejects as the node does, or with `unavailable`. */
  close(options: CloseOptions): Promise<void>;
  /** Says that the write of a branch certainly failed. Rejects as the node does, or with `unavailable`. */
  abort(bid: string): Promise<void>;
  /**
   * Waits until what the bookmark covers is visible, and says so; no policy turns the answer into
   * an error. Rejects only for bad arguments and by its signal.
   *
   * @example
   * const { status } = await rv.wait({ store: 'posts', timeoutMs: 500 });
   */
  wait(options?: WaitOptions): Promise<WaitResult>;
  /** `wait` that only looks: with `timeoutMs` 0. */
  status(options?: Omit<WaitOptions, 'timeoutMs'>): Promise<WaitResult>;
  /**
   * Says that the consumer of a derived store has applied what its bookmark covers. Rejects with
   * `bad_request` without a key unless `ordered`, as the node does, or with `unavailable`.
   *
   * @example
   * await index.upsert(order);
   * await rv.applied({ store: 'orders', region: 'search', key: order.id });
   */
  applied(options: AppliedOptions): Promise<void>;
  /** Waits until no open is in progress. Resolves with false if some still are after `timeoutMs`. */
  flush(options?: FlushOptions): Promise<boolean>;
  /** Ends the session. Opens in progress are given up (see `flush`); later calls find no node. Idempotent. */
  shutdown(): Promise<void>;
  /** A snapshot, taken when it is read. */
  readonly counters: Counters;
}
