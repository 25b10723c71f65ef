/** `GET /` without an upgrade: 426, for whoever comes with a browser. */
import { type Reply, toJsonReply } from './route.js';

export function answerUpgradeRequired(): Reply {
  const error = 'sessions speak WebSocket: use a Rendezvous client';
  return toJsonReply(426, { error }, { upgrade: 'websocket' });
}
