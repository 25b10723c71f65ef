/**
 * Listens on a function's session with its node and notes when a blocked wait was answered. It is
 * the demo's measuring instrument: Rendezvous itself runs as everywhere else.
 */
import { decodeClientFrame, decodeNodeFrame } from '@rendezvous/protocol';
import type { WebSocketFactory } from '@rendezvous/client/session';
import { WebSocket } from 'ws';
import { monotonicMs } from './monotonic-clock.js';

export interface WaitTap {
  /** The socket for `createRendezvous`. */
  readonly webSocket: WebSocketFactory;
  /** When the last blocked wait for exactly this key was answered; undefined: none was. */
  releasedAtMs(key: string): number | undefined;
}

export function createWaitTap(): WaitTap {
  const releasedAtMs = new Map<string, number>();
  return {
    webSocket: (url) => tapped(new WebSocket(url, { perMessageDeflate: false }), releasedAtMs),
    releasedAtMs: (key) => releasedAtMs.get(key),
  };
}

function tapped(socket: WebSocket, releasedAtMs: Map<string, number>): WebSocket {
  /** The key of each wait that was sent, by its id. */
  const keys = new Map<number, string>();
  const send = socket.send.bind(socket);
  socket.send = (data: Uint8Array) => {
    for (const { id, body } of decodeClientFrame(data)) {
      const [key] = body.kind === 'wait' ? body.keys : [];
      if (key !== undefined) keys.set(id, Buffer.from(key).toString());
    }
    send(data);
  };
  socket.on('message', (data: Buffer | ArrayBuffer) => {
    const nowMs = monotonicMs();
    for (const { id, body } of decodeNodeFrame(new Uint8Array(data))) {
      const key = keys.get(id);
      keys.delete(id);
      if (key === undefined || body.kind !== 'waitAnswer') continue;
      if (body.prevented) releasedAtMs.set(key, nowMs);
    }
  });
  return socket;
}
