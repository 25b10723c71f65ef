/** Idle clients for `bench sessions`: the SDK as functions have it, many in one process. */
import { createRendezvous } from '@rendezvous/client';
import { encodeUlid } from '@rendezvous/protocol';
import { serveParent } from '../demo/serve-parent.js';
import type { ClientsContract } from './sessions-contracts.js';

/** Connecting at the same time: what a node's queue of new connections holds. */
const CONNECTING_MAX = 200;

serveParent<ClientsContract>(async ({ url, count }) => {
  let missing = count;
  const connectSome = async (): Promise<void> => {
    while (missing > 0) {
      missing -= 1;
      const rv = createRendezvous({ region: 'eu', nodes: [url], log: () => undefined });
      // Nothing has this bid: the node answers, and that is all.
      await rv.abort(encodeUlid(Date.now(), crypto.getRandomValues(new Uint8Array(10))));
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, CONNECTING_MAX) }, connectSome));
  return { ready: null, handlers: {} };
});
