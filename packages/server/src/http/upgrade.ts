/** Who may open a session, judged before the WebSocket handshake. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { pathOf } from './route.js';

export interface Refusal {
  readonly status: string;
  readonly reason: 'path' | 'origin' | 'not_ready' | 'session_limit';
}

export interface AdmissionRules {
  readonly sessionCountMax: number;
  readonly allowsOrigins: boolean;
  readonly isReady: () => boolean;
}

/** Why this upgrade is refused; undefined when it is not. */
export function refusalOf(
  request: IncomingMessage,
  rules: AdmissionRules,
  sessionCount: number,
): Refusal | undefined {
  if (pathOf(request) !== '/') return { status: '404 Not Found', reason: 'path' };
  // Without a token any web page that the operator visits could otherwise talk to this node.
  if (request.headers.origin !== undefined && !rules.allowsOrigins) {
    return { status: '403 Forbidden', reason: 'origin' };
  }
  const status = '503 Service Unavailable';
  if (!rules.isReady()) return { status, reason: 'not_ready' };
  if (sessionCount >= rules.sessionCountMax) return { status, reason: 'session_limit' };
  return undefined;
}

/** From the upgrade on the socket is ours alone: nobody else hears its errors, nor closes it. */
export function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
