import { RendezvousError } from '@rendezvous/protocol';
import type { Server } from '@rendezvous/server';
import type { Io } from './command.js';
import { readNodeTls } from './config/read-tls.js';
import { createLog } from './log-line.js';
import type { LogOptions } from './log-line.js';
import type { TlsFileOptions } from './shared-options.js';

/**
 * From now on SIGHUP makes the node read its certificates anew. Files that cannot be used are logged,
 * and the node goes on with what it has.
 */
export function renewOnHangUp(server: Server, options: TlsFileOptions & LogOptions, io: Io): void {
  const log = createLog(io.stderr, options);
  const renew = async (): Promise<void> => {
    const tls = await readNodeTls(options, io.cwd);
    if (tls) server.renewTls(tls);
  };
  io.onHangUp(() => {
    renew().catch((error: unknown) => {
      const { message: reason } = RendezvousError.from(error);
      log({ level: 'error', event: 'tls_not_renewed', reason });
    });
  });
}
