/** A function of `bench overhead`, as a user would have it: the SDK, and a wrapped client beside bare ones. */
import { createRendezvous } from '@rendezvous/client';
import { connect as connectSession } from '@rendezvous/client/session';
import { loadDemoStore } from '../demo/stores/load-demo-store.js';
import { serveParent } from '../demo/serve-parent.js';
import type { FunctionContract, WrittenPost } from './overhead-contracts.js';
import { toOperations, writePost, type Clients } from './overhead-operations.js';
import { takeTurns } from './take-turns.js';

/** A function and a node in service have long been compiled; so many operations do that to them. */
const WARM_UP_OPERATIONS = 2_000;
/** Of a small run. */
const WARM_UP_TIMES_MAX = 10;

serveParent<FunctionContract>(async ({ store, databaseUrl, node, region }) => {
  const demoStore = await loadDemoStore(store);
  const connect = (): ReturnType<typeof demoStore.connect> => demoStore.connect(databaseUrl, 1);
  const rv = createRendezvous({ region, nodes: [node] });
  // As a first request would: connect to the node before the measurement.
  await rv.run(undefined, () => rv.wait({ timeoutMs: 0 }));
  const session = await connectSession({
    ...{ endpoint: node, namespace: 'default', role: 'reader', region },
  });
  let minted = 0;
  const clients: Clients = {
    rv,
    bare: (await connect()).posts,
    otherBare: (await connect()).posts,
    wrapped: await (await connect()).wrap(rv),
    ping: () => session.request({ kind: 'ping' }),
    mint: () => `${region}-${process.pid}-${(minted += 1)}`,
  };
  return {
    ready: null,
    handlers: {
      prepare: async ({ count }) => {
        const posts: WrittenPost[] = [];
        while (posts.length < count) posts.push(await writePost(clients));
        return posts;
      },
      await: async ({ posts }) => {
        const [, read] = toOperations(clients, { measure: 'readClosed', posts });
        for (const index of posts.keys()) await read(index);
        return null;
      },
      measure: async (payload) => {
        const { count } = payload;
        const warmUp = Math.min(count * WARM_UP_TIMES_MAX, WARM_UP_OPERATIONS);
        const times = await takeTurns(...toOperations(clients, payload), count, warmUp);
        // A node that cannot be asked makes reads quick, and proves nothing.
        if (rv.counters.unavailable > 0) throw new Error('the node did not answer');
        return times;
      },
    },
  };
});
