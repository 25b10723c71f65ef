/** `@rendezvous/client/session`: one connection to a node, for the SDK, monitors and peer links. */

export { connect } from './connect.js';
export type { ConnectOptions } from './connect.js';
export type { Connection, RequestOptions } from './connection.js';
export { createBackoff } from './backoff.js';
export type { Backoff, BackoffOptions } from './backoff.js';
export type {
  CloseEventLike,
  ErrorEventLike,
  MessageEventLike,
  WebSocketFactory,
  WebSocketLike,
} from './web-socket.js';
