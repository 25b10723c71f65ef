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

import type {
  Attach,
  Cancel,
  ClientBody,
  Confirm,
  NodeBody,
  RendezvousError,
  Replicate,
  ReplicateAck,
  Welcome,
} from '@rendezvous/protocol';

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
  send(body: Cancel | Confirm | ReplicateAck): void;
  /** Resolves (never rejects) with the reason once the connection is over; `shut_down` after `shutdown()`. */
  readonly ended: Promise<RendezvousError>;
  /** Whether `ended` has resolved, or is about to. */
  readonly isOver: boolean;
  /** Sends what is queued and closes. Requests in progress reject with `shut_down`. Idempotent. */
  shutdown(): void;
}
