import type { Application } from './application.js';
import type { FunctionSetup } from './process-contracts.js';
import type { Posts } from './stores/demo-store.js';
import { loadDemoStore } from './stores/load-demo-store.js';

/** Connects a function to its datastore, and to Rendezvous if it is to use it. */
export async function createApplication(setup: FunctionSetup): Promise<Application> {
  const store = await loadDemoStore(setup.store);
  const connection = await store.connect(setup.databaseUrl, setup.concurrency);
  if (setup.rendezvous === null) return createPlain(connection.posts);
  // Loaded only here, so that the phase without it is without it.
  const { createConsistent } = await import('./consistent-application.js');
  return createConsistent(connection, setup.rendezvous);
}

function createPlain(posts: Posts): Application {
  return {
    posts,
    handle: (_attributes, handler) => handler(),
    attributes: () => ({}),
    tally: () => ({ unanswered: 0, repeated: 0 }),
    releasedAtMs: () => undefined,
  };
}
