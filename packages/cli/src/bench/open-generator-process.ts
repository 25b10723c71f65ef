/** A load generator of `bench open`: connections to the node, and requests on them. */
import { connect } from '@rendezvous/client/session';
import { serveParent } from '../demo/serve-parent.js';
import type { GeneratorContract } from './open-contracts.js';
import { applyLoad } from './open-load.js';

serveParent<GeneratorContract>(async ({ url, connections }) => {
  const all = await Promise.all(
    Array.from({ length: connections }, () =>
      connect({
        endpoint: url,
        namespace: 'default',
        role: 'writer',
        region: 'eu',
        agent: 'rendezvous bench open',
        connectTimeoutMs: 30_000,
      }),
    ),
  );
  return { ready: null, handlers: { load: (setup) => applyLoad(all, setup) } };
});
