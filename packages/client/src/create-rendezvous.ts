import { decodeSdkFrame, encodeSdkFrame } from '@rendezvous/protocol';
import { createBookmarkSources } from './bookmark-source.js';
import type { BookmarkSources } from './bookmark-source.js';
import { createBranchCalls } from './branch-calls.js';
import { createBranchOpener } from './branch-opener.js';
import type { ClientParts } from './client-parts.js';
import { monotonicMs } from './clock.js';
import { createContext, createScope } from './context.js';
import { createCounters } from './counters.js';
import { DEFAULT_TIMINGS } from './failover/session-timings.js';
import { parseKeys } from './keys.js';
import { createCalmLog } from './log.js';
import { createNodeSession } from './node-session.js';
import { parseCallOptions, parseClientOptions } from './options.js';
import type { ClientSettings, RendezvousOptions } from './options.js';
import type { CallPolicy } from './policy.js';
import type { BookmarkSource, Rendezvous } from './rendezvous.js';
import { connectWith } from './session/connect-with.js';
import { createStoreHandle } from './store-handle.js';

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
  const parts = createParts(parseClientOptions(options, process.env));
  const { toBookmark, ...carriage } = createBookmarkSources(parts);
  const shutdown = (): Promise<void> => {
    parts.session.shutdown();
    return Promise.resolve();
  };
  return {
    ...carriage,
    ...createRequestCalls(parts, toBookmark),
    ...createBranchCalls(parts, toBookmark),
    store: (name, storeOptions = {}) => createStoreHandle(parts, name, storeOptions),
    get counters() {
      return parts.counters.snapshot();
    },
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

/** What surrounds the calls of a request. */
function createRequestCalls(
  { settings, scope }: ClientParts,
  toBookmark: BookmarkSources['toBookmark'],
): Pick<Rendezvous, 'run' | 'enter' | 'with'> {
  const run = <T>(bookmark: BookmarkSource, fn: () => T): T =>
    scope.enter({ context: createContext(settings.namespace, toBookmark(bookmark)) }, fn);
  const withPolicy = <T>(policy: CallPolicy, fn: () => T): T => {
    const { key, keys = [], requeue, budgetMs = Infinity, ...own } = parseCallOptions(policy);
    const { current } = scope;
    const named = key === undefined ? keys : [...keys, key];
    const changes = {
      policy: { ...current.policy, ...own },
      keys: named.length > 0 ? parseKeys(named) : current.keys,
      endMs: Math.min(current.endMs, monotonicMs() + budgetMs),
      requeue: requeue ?? current.requeue,
    };
    return scope.enter(changes, fn);
  };
  return {
    run,
    with: withPolicy,
    enter(bookmark, policy = {}) {
      scope.replace({});
      scope.replace(run(bookmark, () => withPolicy(policy, () => scope.current)));
    },
  };
}

function createParts(settings: ClientSettings): ClientParts {
  const { nodes, namespace, token, role, region, webSocket } = settings;
  const identity = { namespace, token, role, region, webSocket, agent: AGENT, background: true };
  const timings = DEFAULT_TIMINGS;
  const log = createCalmLog(settings.log);
  const counters = createCounters();
  const session = createNodeSession({
    nodes,
    region,
    timings,
    connect: (endpoint, signal) =>
      connectWith(SDK_CODEC, { ...identity, ...timings, endpoint, signal }),
    onConnect: () => {
      counters.add('connects');
    },
    log,
  });
  const opener = createBranchOpener({ session, counters, log });
  return { settings, session, scope: createScope(), opener, counters, log };
}
