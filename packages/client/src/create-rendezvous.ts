import {
  RendezvousError,
  decodeSdkFrame,
  encodeBookmark,
  encodeSdkFrame,
  emptyBookmark,
  isEmptyBookmark,
  isName,
  isUlid,
  mergeBookmarks,
  parseBookmark,
  toCoverage,
} from '@rendezvous/protocol';
import type { Bookmark, SdkClientBody, StoreHandle } from '@rendezvous/protocol';
import { BranchOpener } from './branch-opener.js';
import { extractBookmark, injectBookmark } from './carrier.js';
import type { Carrier } from './carrier.js';
import { effectiveMode, openPatienceMs } from './client-parts.js';
import type { ClientParts } from './client-parts.js';
import { Context, Scope } from './context.js';
import { CARRIER_DEFAULT, CounterSet } from './counters.js';
import type { Counters, DropReason } from './counters.js';
import { DEFAULT_TIMINGS } from './failover/session-timings.js';
import { createIdentifier } from './identifier.js';
import { parseKeys } from './keys.js';
import { createCalmLog } from './log.js';
import type { Log } from './log.js';
import { NodeSession } from './node-session.js';
import { CALL_OPTION_NAMES, CLIENT_OPTIONS, parseClientOptions, parsePolicy } from './options.js';
import type { ClientSettings, RendezvousOptions, StoreOptions } from './options.js';
import { NAME_RANGE, checkOption, refuseUnknown } from './option-spec.js';
import type { Policy } from './policy.js';
import type {
  AppliedOptions,
  BookmarkSource,
  CallPolicy,
  CloseOptions,
  ExtractOptions,
  FlushOptions,
  InjectOptions,
  OpenOptions,
  OpenedBranch,
  Rendezvous,
  WaitOptions,
} from './rendezvous.js';
import { connectWith } from './session/connect-with.js';
import { createStoreHandle } from './store-handle.js';
import { createUnknown, waitFor } from './wait.js';
import type { WaitResult } from './wait.js';

/** How long an explicit close, abort or applied may take. */
const REPORT_TIMEOUT_MS = 5_000;
const FLUSH_TIMEOUT_MS = 60_000;
/** A function's bundle need not hold the messages of monitors and peers. */
const SDK_CODEC = { encode: encodeSdkFrame, decode: decodeSdkFrame };
const AGENT = 'rendezvous-client-js/0.1.0';

/**
 * A client of Rendezvous: one per process. It connects to a node when it first needs one, and
 * never if its mode is `off` or `RENDEZVOUS_DISABLED` is set.
 *
 * Options win over `RENDEZVOUS_*`. Throws `config_invalid`, naming the option and its value.
 *
 * @example
 * const rv = createRendezvous({ region: 'eu', nodes: 'ws://127.0.0.1:7410' });
 * const db = wrapPg(new pg.Pool(), rv.store('posts'));
 */
export function createRendezvous(options: RendezvousOptions = {}): Rendezvous {
  return new RendezvousClient(parseClientOptions(options, process.env));
}

class RendezvousClient implements Rendezvous {
  readonly #settings: ClientSettings;
  readonly #parts: ClientParts;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
    const log = createCalmLog(settings.log);
    const counters = new CounterSet();
    const session = createSession(settings, counters, log);
    const opener = new BranchOpener({ session, counters, log });
    this.#parts = { settings, session, scope: new Scope(), opener, counters, log };
  }

  get counters(): Counters {
    return this.#parts.counters.snapshot();
  }

  store(name: string, options: StoreOptions = {}): StoreHandle {
    return createStoreHandle(this.#parts, name, options);
  }

  run<T>(bookmark: BookmarkSource, fn: () => T): T {
    const context = new Context(this.#settings.namespace, this.#toBookmark(bookmark));
    return this.#parts.scope.enter({ context }, fn);
  }

  enter(bookmark: BookmarkSource, policy: CallPolicy = {}): void {
    const { scope } = this.#parts;
    scope.replace({});
    const surroundings = this.run(bookmark, () => this.with(policy, () => scope.current));
    scope.replace(surroundings);
  }

  current(): string | undefined {
    const bookmark = this.#parts.scope.current.context?.bookmark;
    return bookmark && !isEmptyBookmark(bookmark) ? encodeBookmark(bookmark) : undefined;
  }

  inject(carrier: Carrier, options: InjectOptions = {}): boolean {
    const bookmark = this.#bookmarkToInject(options);
    if (!bookmark) return false;
    const injection = injectBookmark(carrier, bookmark);
    if (injection !== 'carried') this.#countDropped(`inject_${injection}`, options);
    return injection === 'carried';
  }

  extract(carrier: Carrier, options: ExtractOptions = {}): string | undefined {
    const bookmark = this.#extract(carrier, options);
    return bookmark && encodeBookmark(bookmark);
  }

  with<T>(policy: CallPolicy, fn: () => T): T {
    const { key, keys, budgetMs, requeue, ...overrides } = policy;
    refuseUnknown('with', policy, CALL_OPTION_NAMES);
    const { current } = this.#parts.scope;
    const budget = checkOption('budgetMs', budgetMs, CLIENT_OPTIONS.timeoutMs) ?? Infinity;
    const named = [...(keys ?? []), ...(key === undefined ? [] : [key])];
    return this.#parts.scope.enter(
      {
        policy: { ...current.policy, ...parsePolicy(overrides) },
        keys: named.length > 0 ? parseKeys(named) : current.keys,
        endMs: Math.min(current.endMs, performance.now() + budget),
        requeue: requeue ?? current.requeue,
      },
      fn,
    );
  }

  async open(options: OpenOptions): Promise<OpenedBranch> {
    const { store, position = '', home = '' } = options;
    const { opener, scope, counters } = this.#parts;
    const { context, keys: ambientKeys } = scope.current;
    assertName('store', store);
    if (home !== '') assertName('home', home);
    const keys = options.keys ? parseKeys(options.keys) : ambientKeys;
    if (this.#isOff() || !context) {
      if (!context) counters.add('writesOutsideRun');
      return { bid: createIdentifier(), acknowledged: false };
    }
    const attempt = opener.start(context.rid, { store, home, keys, position });
    const patienceMs = openPatienceMs(this.#parts, this.#settings.openTimeoutMs);
    const acknowledged = await opener.cover(context, store, attempt, patienceMs);
    return { bid: attempt.bid, acknowledged };
  }

  async close({ bid, region, replica = '' }: CloseOptions): Promise<void> {
    assertBid(bid);
    assertName('region', region);
    await this.#report({ kind: 'close', region, replica, bids: [bid] });
  }

  async abort(bid: string): Promise<void> {
    assertBid(bid);
    await this.#report({ kind: 'abort', bid });
  }

  async wait(options: WaitOptions = {}): Promise<WaitResult> {
    const { store, region = this.#settings.region, signal } = options;
    if (store !== undefined) assertName('store', store);
    assertName('region', region);
    const { context, keys } = this.#parts.scope.current;
    const { timeoutMs } = this.#policy(parsePolicy({ timeoutMs: options.timeoutMs }));
    const bookmark = this.#toBookmark(options.bookmark) ?? context?.bookmark;
    const query = {
      bookmark: bookmark ?? emptyBookmark(this.#settings.namespace),
      store,
      keys: options.keys ? parseKeys(options.keys) : keys,
      region,
      timeoutMs,
      signal,
    };
    const { counters, session } = this.#parts;
    const answer = this.#isOff() ? createUnknown('disabled', store) : await waitFor(session, query);
    counters.addWait(answer.status, answer.prevented);
    return answer;
  }

  status(options: Omit<WaitOptions, 'timeoutMs'> = {}): Promise<WaitResult> {
    return this.wait({ ...options, timeoutMs: 0 });
  }

  async applied({ store, region, key, ordered = false }: AppliedOptions): Promise<void> {
    assertName('store', store);
    assertName('region', region);
    if (key === undefined && !ordered) {
      throw new RendezvousError(
        'bad_request',
        'applied() needs a key, unless the stream is ordered.',
      );
    }
    const [keyBytes = new Uint8Array()] = key === undefined ? [] : parseKeys([key]);
    const bookmark = this.#parts.scope.current.context?.bookmark;
    if (!bookmark || isEmptyBookmark(bookmark)) return;
    const coverage = toCoverage(bookmark);
    await this.#report({ kind: 'applied', coverage, store, region, key: keyBytes, ordered });
  }

  flush({ timeoutMs }: FlushOptions = {}): Promise<boolean> {
    const checked = parsePolicy({ timeoutMs }).timeoutMs ?? FLUSH_TIMEOUT_MS;
    return this.#parts.opener.flush(checked);
  }

  shutdown(): Promise<void> {
    this.#parts.session.shutdown();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** Sends what the user asked for by name; does nothing where the client is off. */
  async #report(body: SdkClientBody): Promise<void> {
    if (this.#isOff()) return;
    await this.#parts.session.perform(() => body, { timeoutMs: REPORT_TIMEOUT_MS });
  }

  #policy(own?: Partial<Policy>): Policy {
    return this.#parts.scope.policyOver(this.#settings.policy, own);
  }

  #isOff(): boolean {
    return effectiveMode(this.#parts, this.#policy().mode) === 'off';
  }

  /** Throws for text that is no bookmark, unless it is that of a `baggage` header. */
  #toBookmark(bookmark: BookmarkSource): Bookmark | undefined {
    const { namespace } = this.#settings;
    if (bookmark === undefined) return undefined;
    if (isList(bookmark)) {
      const found = bookmark.flatMap((each) => this.#toBookmark(each) ?? []);
      return found.length > 0 ? found.reduce(mergeBookmarks) : undefined;
    }
    if (typeof bookmark !== 'string') return mergeBookmarks(emptyBookmark(namespace), bookmark);
    // No bookmark's text has an equals sign; every baggage member has one.
    return bookmark.includes('=') ? this.#extract(bookmark) : parseBookmark(bookmark, namespace);
  }

  #bookmarkToInject({ bookmark, ...options }: InjectOptions): Bookmark | undefined {
    try {
      const chosen = this.#toBookmark(bookmark) ?? this.#parts.scope.current.context?.bookmark;
      return chosen && !isEmptyBookmark(chosen) ? chosen : undefined;
    } catch {
      this.#countDropped('inject_invalid', options);
      return undefined;
    }
  }

  #extract(carrier: unknown, options: ExtractOptions = {}): Bookmark | undefined {
    const { bookmark, droppedCount } = extractBookmark(carrier, this.#settings.namespace);
    for (let count = 0; count < droppedCount; count++)
      this.#countDropped('extract_invalid', options);
    return bookmark;
  }

  #countDropped(
    reason: DropReason,
    { carrierName: carrier = CARRIER_DEFAULT }: ExtractOptions,
  ): void {
    this.#parts.counters.addDropped(carrier, reason);
    this.#parts.log({ level: 'warn', event: 'bookmark_dropped', carrier, reason });
  }
}

function createSession(settings: ClientSettings, counters: CounterSet, log: Log): NodeSession {
  const { nodes, namespace, token, role, region, webSocket } = settings;
  const identity = { namespace, token, role, region, webSocket, agent: AGENT, background: true };
  return new NodeSession({
    nodes,
    region,
    timings: DEFAULT_TIMINGS,
    connect: (endpoint, signal) =>
      connectWith(SDK_CODEC, { ...identity, ...DEFAULT_TIMINGS, endpoint, signal }),
    onConnect: () => {
      counters.add('connects');
    },
    log,
  });
}

/** `Array.isArray` does not tell a read-only list. */
function isList(source: BookmarkSource): source is readonly (string | undefined)[] {
  return Array.isArray(source);
}

function assertName(what: string, name: unknown): void {
  if (typeof name === 'string' && isName(name)) return;
  throw new RendezvousError('bad_request', `The ${what} must be ${NAME_RANGE}.`);
}

function assertBid(bid: unknown): void {
  if (typeof bid === 'string' && isUlid(bid)) return;
  throw new RendezvousError('bad_request', 'A bid is what open() returned: 26 characters.');
}
