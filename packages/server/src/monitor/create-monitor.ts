/** A monitor that runs alone, outside the node's process, over a session. */
import type { WebSocketFactory } from '@rendezvous/client/session';
import { RendezvousError, type VisibilityStrategy } from '@rendezvous/protocol';
import { isSessionUrl } from '../check-server-options.js';
import { connectUntil } from '../connect-until.js';
import { keepTrying } from '../keep-trying.js';
import type { Log } from '../ports.js';
import type { ClientTlsOptions } from '../tls/tls-options.js';
import { createWebSocketFactory } from '../tls/web-socket-factory.js';
import { watchReplica } from './watch-replica.js';

export interface MonitorOptions {
  /** The region's node: `ws://` or `wss://`. */
  readonly endpoint: string;
  /** Default `default`. */
  readonly namespace?: string;
  readonly token?: string;
  /** What to present to a `wss://` node, and whom to trust. Default: what Node.js trusts. */
  readonly tls?: ClientTlsOptions;
  readonly store: string;
  readonly region: string;
  /** The replicas to watch, by the names that the node derives: `us-1`, `us-2`, … */
  readonly replicas: readonly { readonly name: string; readonly endpoint: string }[];
  /** URL of the store's primary, whose position is the barrier after every reconnect. */
  readonly primary: string;
  readonly strategy: VisibilityStrategy;
  readonly log?: Log;
}

export interface Monitor {
  /** Stops watching. The node then answers `unknown` for the region after 5 s. Idempotent. */
  shutdown(): Promise<void>;
}

/**
 * Starts a monitor. It connects and reconnects by itself, to the node and to the replicas, until
 * `shutdown`; failures go to `log`. Throws `config_invalid` for an endpoint that can be no node's,
 * and for certificates that cannot be used.
 */
export function createMonitor(options: MonitorOptions): Monitor {
  const stop = new AbortController();
  const { log = () => undefined, endpoint } = options;
  // Only the host of it is named, here and in the log: it may hold credentials.
  if (!isSessionUrl(endpoint)) {
    throw new RendezvousError('config_invalid', 'endpoint: must be a ws:// or wss:// URL');
  }
  const { host: node } = new URL(endpoint);
  const attempt = {
    ...options,
    log,
    webSocket: options.tls && createWebSocketFactory(options.tls),
  };
  const running = keepTrying((succeeded) => runOnce(attempt, stop.signal, succeeded), {
    signal: stop.signal,
    onFailure: ({ message: reason }) => {
      log({ level: 'warn', event: 'node_lost', node, reason });
    },
  });
  return {
    shutdown: async () => {
      stop.abort();
      await running;
    },
  };
}

interface Attempt extends MonitorOptions {
  readonly log: Log;
  readonly webSocket: WebSocketFactory | undefined;
}

async function runOnce(
  options: Attempt,
  signal: AbortSignal,
  onConnected: () => void,
): Promise<void> {
  const { endpoint, namespace = 'default', token, webSocket, store, region, primary } = options;
  const { strategy, log } = options;
  const connection = await connectUntil(signal, {
    endpoint,
    namespace,
    ...(token === undefined ? {} : { token }),
    ...(webSocket && { webSocket }),
    role: 'monitor',
    region,
    agent: `rendezvous monitor ${store}/${region}`,
  });
  onConnected();
  const over = new AbortController();
  const watches = options.replicas.map((replica) =>
    watchReplica(
      { ...replica, namespace, store, region, primary, strategy },
      connection,
      log,
      over.signal,
    ),
  );
  const reason = await connection.ended;
  over.abort();
  await Promise.all(watches);
  throw reason;
}
