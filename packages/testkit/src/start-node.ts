/** A real metadata node inside the test's own process. */
import type { Server, ServerOptions } from '@rendezvous/server';

/** As `ServerOptions`; the node listens on loopback only, and on a free port unless one is given. */
export type StartNodeOptions = Omit<ServerOptions, 'host'>;

/** Starts a node; `server.url` says where. Shut it down, or hold it with `await using`. */
export async function startNode(options: StartNodeOptions): Promise<Server> {
  // The server is ESM only: the CommonJS copy of this package can load it no other way.
  const { createServer } = await import('@rendezvous/server');
  return createServer({ port: 0, ...options, host: '127.0.0.1' });
}
