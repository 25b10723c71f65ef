/** The certificates that a node uses now; they can be renewed while it runs. */
import type { WebSocketFactory } from '@rendezvous/client/session';
import { RendezvousError } from '@rendezvous/protocol';
import { certificateEndMs, checkTls } from './check-tls.js';
import type { TlsOptions } from './tls-options.js';
import { createWebSocketFactory } from './web-socket-factory.js';

export interface NodeTls {
  /** Undefined: the node does without TLS. */
  readonly current: TlsOptions | undefined;
  /** When the node's certificate ends, in milliseconds since 1970. */
  readonly endMs: number | undefined;
  /** Sockets to peers, which get what is current when they connect. Undefined without TLS. */
  readonly webSocket: WebSocketFactory | undefined;
  /** Changes nothing when it throws (`config_invalid`). */
  renew(next: TlsOptions): void;
}

/** `apply` gives new certificates to the port. */
export function createNodeTls(
  initial: TlsOptions | undefined,
  apply: (next: TlsOptions) => void,
): NodeTls {
  let current = initial;
  return {
    get current() {
      return current;
    },
    get endMs() {
      return current && certificateEndMs(current.cert);
    },
    webSocket: initial && createWebSocketFactory(() => current ?? initial),
    renew(next) {
      checkTls(next, Date.now());
      if (current === undefined) throw invalid('tls: the node was started without it');
      if ((current.ca === undefined) !== (next.ca === undefined)) {
        throw invalid('tls.ca: whether clients need a certificate changes only by a restart');
      }
      apply(next);
      current = next;
    },
  };
}

function invalid(message: string): RendezvousError {
  return new RendezvousError('config_invalid', message);
}
