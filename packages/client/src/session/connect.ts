import { decodeNodeFrame, encodeClientFrame } from '@rendezvous/protocol';
import { connectWith } from './connect-with.js';
import type { ConnectOptions } from './connect-with.js';
import type { Connection } from './connection.js';

/**
 * Connects to a node and resolves once it has welcomed us.
 *
 * Rejects with `config_invalid` (the endpoint is no URL), `cancelled`, `unavailable` (not reached in
 * `connectTimeoutMs`, or lost), or the reason that the node gave (`unauthenticated`,
 * `protocol_version`, …).
 *
 * @example
 * const connection = await connect({ endpoint: 'ws://127.0.0.1:7410', namespace: 'default', role: 'monitor', region: 'us' });
 * const status = await connection.request({ kind: 'status' });
 */
export function connect(options: ConnectOptions): Promise<Connection> {
  return connectWith({ encode: encodeClientFrame, decode: decodeNodeFrame }, options);
}
