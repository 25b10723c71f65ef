/** Links that take time, in a process of their own: each a proxy in front of one server. */
import { startDelayProxy } from '@rendezvous/testkit';
import { serveParent } from '../demo/serve-parent.js';
import type { LinkContract } from './start-links.js';

serveParent<LinkContract>(async ({ urls, rttMs }) => {
  const proxies = urls.map((url) => {
    const { hostname, port } = new URL(url);
    return startDelayProxy({
      targetHost: hostname,
      targetPort: Number(port),
      delayMs: rttMs / 2,
      precise: true,
    });
  });
  return { ready: { ports: (await Promise.all(proxies)).map(({ port }) => port) }, handlers: {} };
});
