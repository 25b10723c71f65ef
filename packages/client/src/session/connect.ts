import { decodeNodeFrame, encodeClientFrame } from '@rendezvous/protocol';
import { connectWith } from './connect-with.js';
import type { ConnectSettings } from './connect-with.js';
import type { Connection } from './connection.js';

const DEFAULTS = {
  token: '',
  agent: '',
  connectTimeoutMs: 5_000,
  silenceMsMax: 6_000,
  background: false,
};

/** What has a default may be left out: no token, no agent, 5,000 ms to connect, 6,000 ms of silence, not in the background. */
export type ConnectOptions = Omit<ConnectSettings, keyof typeof DEFAULTS> &
  Partial<Pick<ConnectSettings, keyof typeof DEFAULTS>>;

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
  return connectWith(
    { encode: encodeClientFrame, decode: decodeNodeFrame },
    { ...DEFAULTS, ...options },
  );
}
