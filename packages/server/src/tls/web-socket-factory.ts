/** Sockets to nodes whose certificate a private authority signed, or that ask for one of ours. */
import type { WebSocketFactory } from '@rendezvous/client/session';
import { WebSocket } from 'ws';
import { checkTls } from './check-tls.js';
import type { ClientTlsOptions } from './tls-options.js';

/** Greater frames end the connection: the most that a node's `frameBytesMax` may be. */
const INCOMING_FRAME_BYTES_MAX = 16 * 1024 * 1024;

/**
 * For `connect` of `@rendezvous/client/session`. Throws `config_invalid` for what cannot be used; a
 * function is asked at every connection, so that certificates can be renewed in between.
 */
export function createWebSocketFactory(
  tls: ClientTlsOptions | (() => ClientTlsOptions),
): WebSocketFactory {
  const current = typeof tls === 'function' ? tls : () => tls;
  checkTls(current(), Date.now());
  return (url) =>
    new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: INCOMING_FRAME_BYTES_MAX,
      minVersion: 'TLSv1.2',
      // Whatever the environment says of certificates in general.
      rejectUnauthorized: true,
      ...presentOf(current()),
    });
}

function presentOf(tls: ClientTlsOptions): Partial<Record<keyof ClientTlsOptions, string>> {
  return Object.fromEntries(Object.entries(tls).filter(([, text]) => text !== undefined));
}
