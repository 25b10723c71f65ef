/**
 * Keeps one connection to the best node that answers, until it is told to stop.
 *
 * ```
 *   connecting ── welcomed ──▶ connected ── lost ──▶ connecting
 *        │                        ├── a better node is back ──▶ connected (to that)
 *        │                        └── silent, and another connection stands first ──▶ connected (to that)
 *        └── for awayMs, or every node refuses us ──▶ away (connecting goes on)
 * ```
 *
 * A better node is one that serves the region where the connected one does not, or that the user
 * prefers (`endpoint-ranking.ts`).
 */

import type { RendezvousError } from '@rendezvous/protocol';
import { monotonicMs } from '../clock.js';
import { pause } from '../pause.js';
import type { Connection } from '../session/index.js';
import type { Dialed } from './dial.js';
import type { Endpoint } from './endpoint.js';
import { createNodeSearch } from './node-search.js';
import type { NodeSearchOptions } from './node-search.js';

export interface ConnectionListener {
  /** From now on this connection counts; the one before, if it still stands, is for the listener to end. */
  connected(connection: Connection): void;
  lost(connection: Connection): void;
  /** Resolves when the connection that counts is suspected to be dead, with a signal that ends the suspicion. */
  doubted(): Promise<AbortSignal>;
  /** No node can be reached for now. */
  away(reason: RendezvousError): void;
}

/** Resolves once `signal` is aborted and no connection stands that the listener has not been given. */
export async function keepConnected(
  options: NodeSearchOptions,
  listener: ConnectionListener,
  signal: AbortSignal,
): Promise<void> {
  const search = createNodeSearch(options, (reason) => listener.away(reason), signal);
  const { ranking } = search;
  const { settleMs } = options.timings;

  /** Looks for a node that is better than the connected one. */
  const findBetter = async (from: Endpoint, isOver: AbortSignal): Promise<Dialed | undefined> => {
    for (;;) {
      const better = ranking.betterThan(from);
      if (better.length === 0) return undefined;
      const found = await search.among(better, isOver);
      if (!found) return undefined;
      // Better by its own word, too; and where there is no hurry we wait until it lasts.
      const isBetter = ranking.betterThan(from).includes(found.endpoint);
      if (isBetter && (!from.servesRegion || (await lasts(found, settleMs, isOver)))) return found;
      found.connection.shutdown();
    }
  };
  /** While the connection is in doubt, tries others to nodes that are as good, this one included. */
  const findRescue = async (from: Endpoint, isOver: AbortSignal): Promise<Dialed | undefined> => {
    const stopped = new Promise<undefined>((resolve) => {
      isOver.addEventListener('abort', () => resolve(undefined));
    });
    for (;;) {
      const isSettled = await Promise.race([listener.doubted(), stopped]);
      if (!isSettled) return undefined;
      const endpoints = ranking.asGoodAs(from);
      const found = await search.among(endpoints, AbortSignal.any([isOver, isSettled]));
      if (found) return found;
    }
  };
  /** Resolves with the connection that takes over, or with undefined when this one is lost. */
  const untilReplaced = async ({ endpoint, connection }: Dialed): Promise<Dialed | undefined> => {
    const over = new AbortController();
    const connectedMs = monotonicMs();
    const { ended } = connection;
    const searches = [findBetter(endpoint, over.signal), findRescue(endpoint, over.signal)];
    const replaced = searches.map((found) => found.then((next) => (next ? undefined : ended)));
    const reason = await Promise.race([ended, ...replaced]);
    over.abort();
    if (reason) {
      listener.lost(connection);
      const nowMs = monotonicMs();
      endpoint.lost(nowMs - connectedMs, nowMs);
      search.lost(endpoint, reason);
    }
    const [next, spare] = (await Promise.all(searches)).flatMap((dialed) => dialed ?? []);
    spare?.connection.shutdown();
    return next;
  };

  let current = await search.anywhere();
  while (current && !signal.aborted) {
    search.connected(current.endpoint);
    listener.connected(current.connection);
    current = (await untilReplaced(current)) ?? (await search.anywhere());
  }
  current?.connection.shutdown();
}

async function lasts(
  { endpoint, connection }: Dialed,
  settleMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  await Promise.race([pause(settleMs, signal), connection.ended]);
  if (connection.isOver) endpoint.lost(0, monotonicMs());
  return !connection.isOver;
}
