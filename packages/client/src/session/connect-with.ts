import { PROTOCOL_VERSION, PROTOCOL_VERSION_MIN, RendezvousError } from '@rendezvous/protocol';
import type { Role, Welcome } from '@rendezvous/protocol';
import { onAbort } from '../on-abort.js';
import { createChannel } from './channel.js';
import type { Channel } from './channel.js';
import { createAborted } from './deferred.js';
import type { Connection } from './connection.js';
import type { SessionCodec } from './session-codec.js';
import { loadWebSocketFactory } from './web-socket.js';
import type { WebSocketFactory, WebSocketLike } from './web-socket.js';

/** `ConnectOptions`, complete. */
export interface ConnectSettings {
  /** `ws://` or `wss://`. */
  readonly endpoint: string;
  readonly namespace: string;
  /** `''` for none. */
  readonly token: string;
  readonly role: Role;
  readonly region: string;
  /** Name and version of the program, for the operator's eyes. */
  readonly agent: string;
  /** Default: `globalThis.WebSocket`, else the package `ws`. */
  readonly webSocket?: WebSocketFactory | undefined;
  /** From the start to the Welcome. */
  readonly connectTimeoutMs: number;
  /** How long the node may be silent while it owes an answer. */
  readonly silenceMsMax: number;
  /** The connection alone does not keep the process alive (where the socket allows it). */
  readonly background: boolean;
  /** Gives up connecting; has no effect on a connection that stands. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * As `connect`, for a caller who speaks only the messages that `codec` knows: what is not imported is
 * not in a function's bundle.
 */
export async function connectWith(
  codec: SessionCodec,
  options: ConnectSettings,
): Promise<Connection> {
  const { endpoint, silenceMsMax, connectTimeoutMs, background, signal } = options;
  const factory = options.webSocket ?? (await loadWebSocketFactory(background));
  if (signal?.aborted) throw createAborted();
  const { socket, host } = openSocket(factory, endpoint);
  const channel = createChannel(socket, { host, silenceMsMax, codec });
  const timer = setTimeout(() => {
    const message = `The node at ${host}: no welcome in ${connectTimeoutMs} ms.`;
    channel.end(new RendezvousError('unavailable', message));
  }, connectTimeoutMs);
  if (background) timer.unref();
  const forget = onAbort(signal, () => {
    channel.end(createAborted());
  });
  try {
    await channel.opened;
    return channel.accept(await greet(channel, options));
  } finally {
    clearTimeout(timer);
    forget();
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
    throw new RendezvousError('config_invalid', 'A node must be a ws:// or wss:// URL.');
  }
}

async function greet(channel: Channel, options: ConnectSettings): Promise<Welcome> {
  const { namespace, token, role, region, agent } = options;
  const answer = await channel.request({
    kind: 'hello',
    protocolMin: PROTOCOL_VERSION_MIN,
    protocolMax: PROTOCOL_VERSION,
    namespace,
    token,
    role,
    region,
    agent,
  });
  if (answer.kind === 'welcome') return answer;
  const error = new RendezvousError('bad_frame', `A hello was answered with ${answer.kind}.`);
  channel.end(error);
  throw error;
}
