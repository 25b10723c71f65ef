/** What users do by hand where no adapter does it: open and close branches, wait, report. */

import {
  RendezvousError,
  emptyBookmark,
  isEmptyBookmark,
  isName,
  isUlid,
  toCoverage,
} from '@rendezvous/protocol';
import type { SdkClientBody, WaitResult } from '@rendezvous/protocol';
import type { BookmarkSources } from './bookmark-source.js';
import { effectiveMode, openPatienceMs } from './client-parts.js';
import type { ClientParts } from './client-parts.js';
import { createIdentifier } from './identifier.js';
import { parseKeys } from './keys.js';
import { NAME_RANGE } from './option-spec.js';
import { parsePolicy } from './options.js';
import type { Rendezvous, WaitOptions } from './rendezvous.js';
import { createUnknown, waitFor } from './wait.js';

/** How long an explicit close, abort or applied may take. */
const REPORT_TIMEOUT_MS = 5_000;
const FLUSH_TIMEOUT_MS = 60_000;

export type BranchCalls = Pick<
  Rendezvous,
  'open' | 'close' | 'abort' | 'wait' | 'status' | 'applied' | 'flush'
>;

export function createBranchCalls(
  parts: ClientParts,
  toBookmark: BookmarkSources['toBookmark'],
): BranchCalls {
  const { settings, scope, session, opener, counters } = parts;

  const isOff = (): boolean =>
    effectiveMode(parts, scope.policyOver(settings.policy).mode) === 'off';
  /** Sends what the user asked for by name; does nothing where the client is off. */
  const report = async (body: SdkClientBody): Promise<void> => {
    if (!isOff()) await session.perform(() => body, { timeoutMs: REPORT_TIMEOUT_MS });
  };
  const wait = async (options: WaitOptions = {}): Promise<WaitResult> => {
    const { store, region = settings.region, signal } = options;
    if (store !== undefined) assertName('store', store);
    assertName('region', region);
    const { context, keys } = scope.current;
    const own = parsePolicy('wait', { timeoutMs: options.timeoutMs });
    const bookmark = toBookmark(options.bookmark) ?? context?.bookmark;
    const query = {
      bookmark: bookmark ?? emptyBookmark(settings.namespace),
      store,
      keys: options.keys ? parseKeys(options.keys) : keys,
      region,
      timeoutMs: scope.policyOver(settings.policy, own).timeoutMs,
      signal,
    };
    const answer = isOff() ? createUnknown('disabled', store) : await waitFor(session, query);
    counters.addWait(answer.status, answer.prevented);
    return answer;
  };

  return {
    async open({ store, position = '', home = '', keys: named }) {
      const { context, keys: ambient } = scope.current;
      assertName('store', store);
      if (home !== '') assertName('home', home);
      const keys = named ? parseKeys(named) : ambient;
      if (!context) counters.add('writesOutsideRun');
      if (!context || isOff()) return { bid: createIdentifier(), acknowledged: false };
      const attempt = opener.start(context.rid, { store, home, keys, position });
      const patienceMs = openPatienceMs(parts, settings.openTimeoutMs);
      const acknowledged = await opener.cover(context, store, attempt, patienceMs);
      return { bid: attempt.bid, acknowledged };
    },
    async close({ bid, region, replica = '' }) {
      assertBid(bid);
      assertName('region', region);
      await report({ kind: 'close', region, replica, bids: [bid] });
    },
    async abort(bid) {
      assertBid(bid);
      await report({ kind: 'abort', bid });
    },
    wait,
    status: (options) => wait({ ...options, timeoutMs: 0 }),
    async applied({ store, region, key, ordered = false }) {
      assertName('store', store);
      assertName('region', region);
      if (key === undefined && !ordered) throw badRequest('applied() needs a key or "ordered"');
      const [keyBytes = new Uint8Array()] = key === undefined ? [] : parseKeys([key]);
      const bookmark = scope.current.context?.bookmark;
      if (!bookmark || isEmptyBookmark(bookmark)) return;
      const coverage = toCoverage(bookmark);
      await report({ kind: 'applied', coverage, store, region, key: keyBytes, ordered });
    },
    flush: (options = {}) =>
      opener.flush(parsePolicy('flush', options).timeoutMs ?? FLUSH_TIMEOUT_MS),
  };
}

function assertName(what: string, name: unknown): void {
  if (typeof name !== 'string' || !isName(name)) {
    throw badRequest(`the ${what} must be ${NAME_RANGE}`);
  }
}

function assertBid(bid: unknown): void {
  if (typeof bid !== 'string' || !isUlid(bid)) throw badRequest('a bid is what open() returned');
}

function badRequest(message: string): RendezvousError {
  return new RendezvousError('bad_request', message);
}
