/**
 * All that Rendezvous changes in a function: its client is wrapped, a request runs in a context, and
 * a notification carries a bookmark.
 */
import { createRendezvous } from '@rendezvous/client';
import type { Application } from './application.js';
import type { RendezvousSetup } from './process-contracts.js';
import type { StoreConnection } from './stores/demo-store.js';
import { createWaitTap } from './wait-tap.js';

export async function createConsistent(
  connection: StoreConnection,
  { node, region, timeoutMs }: RendezvousSetup,
): Promise<Application> {
  const tap = createWaitTap();
  const rv = createRendezvous({ region, nodes: [node], timeoutMs, webSocket: tap.webSocket });
  // As a first request would: connect to the node before the measurement.
  await rv.run(undefined, () => rv.wait({ timeoutMs: 0 }));
  return {
    posts: await connection.wrap(rv),
    handle: (attributes, handler) => rv.run(rv.extract(attributes), handler),
    attributes: () => {
      const attributes: Record<string, string> = {};
      rv.inject(attributes);
      return attributes;
    },
    tally: () => {
      const { unavailable, missing, speculationsRepeated } = rv.counters;
      return { unanswered: unavailable + missing, repeated: speculationsRepeated };
    },
    releasedAtMs: (post) => tap.releasedAtMs(connection.toKey?.(post) ?? post),
  };
}
