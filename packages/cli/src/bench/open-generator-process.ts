/** A load generator of `bench open`: sessions with the node, and requests on them. */
import { serveParent } from '../demo/serve-parent.js';
import type { GeneratorContract } from './open-contracts.js';
import { applyLoad } from './open-load.js';
import { connectWire } from './wire-session.js';

serveParent<GeneratorContract>(async ({ url, connections }) => {
  const sessions = await Promise.all(
    Array.from({ length: connections }, () => connectWire(url, 'writer')),
  );
  return { ready: null, handlers: { load: (setup) => applyLoad(sessions, setup) } };
});
