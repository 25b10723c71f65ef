/** Takes the port, or says why it cannot be had. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RendezvousError } from '@rendezvous/protocol';
import type { Log } from '../ports.js';

/** Resolves once the server listens; rejects with `unavailable` when the port cannot be had. */
export function listen(
  server: Server,
  address: string,
  port: number,
  log: Log,
): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => {
      const where = `${address}:${String(port)}`;
      const message =
        error.code === 'EADDRINUSE'
          ? `${where} is in use: stop what listens there, or choose another port`
          : `cannot listen on ${where}: ${error.message}`;
      reject(new RendezvousError('unavailable', message, { cause: error }));
    };
    server.once('error', refuse);
    server.listen(port, address, () => {
      server.off('error', refuse);
      // A connection that cannot be accepted (no memory, no descriptor left) is not the node's end.
      server.on('error', ({ message: reason }) => {
        log({ level: 'error', event: 'accept_failed', reason });
      });
      resolve(server.address() as AddressInfo);
    });
  });
}
