/** A link that takes time: a proxy in front of one server, in a process of its own. */
import { startDelayProxy } from '@rendezvous/testkit';
import { serveParent } from '../demo/serve-parent.js';
import type { LinkContract } from './start-links.js';

serveParent<LinkContract>(async ({ url, rttMs }) => {
  const { hostname, port } = new URL(url);
  const proxy = await startDelayProxy({
    targetHost: hostname,
    targetPort: Number(port),
    delayMs: rttMs / 2,
    precise: true,
  });
  return { ready: { port: proxy.port }, handlers: {} };
});
