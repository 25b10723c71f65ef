/**
 * The socket that a session needs, described structurally: the WHATWG `WebSocket` and the one of the
 * `ws` package both fit. Nothing else in this package knows where sockets come from.
 */

import { RendezvousError } from '@rendezvous/protocol';

export interface WebSocketLike {
  binaryType: string;
  /** Bytes accepted by `send` and not yet handed to the network. */
  readonly bufferedAmount: number;
  send(data: Uint8Array): void;
  close(code?: number, reason?: string): void;
  /** Drops the connection without a closing handshake, where the socket can do so (`ws`). */
  terminate?(): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: MessageEventLike) => void): void;
  addEventListener(type: 'close', listener: (event: CloseEventLike) => void): void;
  addEventListener(type: 'error', listener: (event: ErrorEventLike) => void): void;
}

export interface MessageEventLike {
  readonly data: unknown;
}

export interface CloseEventLike {
  readonly code: number;
  readonly reason: string;
}

export interface ErrorEventLike {
  readonly message?: string;
}

/** Starts to connect to a `ws://` or `wss://` URL. Throws a `SyntaxError` if it is none. */
export type WebSocketFactory = (url: string) => WebSocketLike;

/** Greater frames from a node end the connection: nothing that we ask for is that large. */
const INCOMING_FRAME_BYTES_MAX = 16 * 1024 * 1024;

/**
 * The factory to use when the user injects none: `globalThis.WebSocket` where it exists, else the
 * optional peer `ws`; rejects with `config_invalid` when there is neither.
 *
 * With `background` the socket does not keep the process alive once it is connected. Only `ws` can
 * do that; a process on the built-in WebSocket ends after `shutdown()`.
 */
export async function loadWebSocketFactory(background: boolean): Promise<WebSocketFactory> {
  const BuiltIn = (globalThis as { WebSocket?: new (url: string) => WebSocketLike }).WebSocket;
  if (BuiltIn) return (url) => new BuiltIn(url);
  const { WebSocket } = await importWs();
  return (url) => {
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: INCOMING_FRAME_BYTES_MAX,
    });
    if (background) socket.on('upgrade', (response) => response.socket.unref());
    return socket;
  };
}

async function importWs(): Promise<typeof import('ws')> {
  try {
    return await import('ws');
  } catch (cause) {
    throw new RendezvousError(
      'config_invalid',
      'There is no WebSocket here: install "ws" or pass the option webSocket.',
      { cause },
    );
  }
}
