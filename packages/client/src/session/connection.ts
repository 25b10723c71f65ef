/**
 * One session with a metadata node: a WebSocket on which many operations are in progress at once.
 *
 * ```
 *   connect() ── socket open ──▶ greeting ── Welcome ──▶ live ──▶ over
 *        └─────────────┴──────────────┴── lost, refused, aborted ──▶ (rejects)
 * ```
 *
 * A connection does not reconnect and repeats nothing: who needs that (the SDK, a monitor, a peer
 * link) knows what may be repeated, and connects anew when `ended` resolves. What it does promise:
 * every request settles, at the latest when the connection is over; a node that falls silent while
 * it owes an answer ends the connection.
 */

import { PROTOCOL_VERSION, PROTOCOL_VERSION_MIN, RendezvousError } from '@rendezvous/protocol';
import type {
  Attach,
  Cancel,
  ClientBody,
  NodeBody,
  Replicate,
  ReplicateAck,
  Role,
  Welcome,
} from '@rendezvous/protocol';
import { Channel } from './channel.js';
import { loadWebSocketFactory } from './web-socket.js';
import type { WebSocketFactory, WebSocketLike } from './web-socket.js';

export interface ConnectOptions {
  /** `ws://` or `wss://`. */
  readonly endpoint: string;
  readonly namespace: string;
  readonly token?: string;
  readonly role: Role;
  readonly region: string;
  /** Name and version of the program, for the operator's eyes. */
  readonly agent?: string;
  /** Default: `globalThis.WebSocket`, else the package `ws`. */
  readonly webSocket?: WebSocketFactory;
  /** From the start to the Welcome. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** How long the node may be silent while it owes an answer. Default 6,000. */
  readonly silenceMsMax?: number;
  /** The connection alone does not keep the process alive (where the socket allows it). Default false. */
  readonly background?: boolean;
  /** Gives up connecting; has no effect on a connection that stands. */
  readonly signal?: AbortSignal;
}

export interface RequestOptions {
  /** Without an answer by then the request rejects with `unavailable`, and a wait is cancelled. Default: none. */
  readonly timeoutMs?: number;
  /** Rejects the request with `cancelled`, and cancels a wait at the node. */
  readonly signal?: AbortSignal | undefined;
  /** The request's timer does not keep the process alive: nobody awaits it. Default false. */
  readonly background?: boolean;
}

export interface Connection {
  readonly welcome: Welcome;
  /**
   * Sends an operation and resolves with the node's answer. Rejects with the code of the node's
   * Failure; with `unavailable` when the connection is lost; with `limit_exceeded` when too much
   * is in progress.
   */
  request(body: ClientBody, options?: RequestOptions): Promise<NodeBody>;
  /**
   * Starts a stream and returns its id. Every message under that id goes to the listener, in order,
   * a Failure (which ends the stream) included, until it is cancelled or the connection is over.
   */
  stream(body: Attach | Replicate, listener: (body: NodeBody) => void): number;
  /** Sends what has no reply. Does nothing on a connection that is over. */
  send(body: Cancel | ReplicateAck): void;
  /** Resolves (never rejects) with the reason once the connection is over; `shut_down` after `shutdown()`. */
  readonly ended: Promise<RendezvousError>;
  /** Whether `ended` has resolved, or is about to. */
  readonly isOver: boolean;
  /** Sends what is queued and closes. Requests in progress reject with `shut_down`. Idempotent. */
  shutdown(): void;
}

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
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { endpoint, silenceMsMax = 6_000, connectTimeoutMs = 5_000, signal } = options;
  const factory = options.webSocket ?? (await loadWebSocketFactory(options.background ?? false));
  if (signal?.aborted) throw cancelled();
  const { socket, host } = openSocket(factory, endpoint);
  const channel = new Channel(socket, { host, silenceMsMax });
  const giveUp = (): void => {
    channel.end(cancelled());
  };
  const timer = setTimeout(() => {
    const message = `The node at ${host} did not welcome us in ${connectTimeoutMs} ms.`;
    channel.end(new RendezvousError('unavailable', message));
  }, connectTimeoutMs);
  if (options.background) timer.unref();
  signal?.addEventListener('abort', giveUp);
  try {
    await channel.opened;
    return channel.accept(await greet(channel, options));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}

function openSocket(
  factory: WebSocketFactory,
  endpoint: string,
): { socket: WebSocketLike; host: string } {
  try {
    return { socket: factory(endpoint), host: new URL(endpoint).host };
  } catch {
    // No cause: it would quote the endpoint, which may hold credentials.
    throw new RendezvousError('config_invalid', 'A node endpoint must be a ws:// or wss:// URL.');
  }
}

async function greet(channel: Channel, options: ConnectOptions): Promise<Welcome> {
  const answer = await channel.request({
    kind: 'hello',
    protocolMin: PROTOCOL_VERSION_MIN,
    protocolMax: PROTOCOL_VERSION,
    namespace: options.namespace,
    token: options.token ?? '',
    role: options.role,
    region: options.region,
    agent: options.agent ?? '',
  });
  if (answer.kind === 'welcome') return answer;
  const error = new RendezvousError('bad_frame', `The node answered a hello with ${answer.kind}.`);
  channel.end(error);
  throw error;
}

function cancelled(): RendezvousError {
  return new RendezvousError('cancelled', 'Connecting was given up.');
}
