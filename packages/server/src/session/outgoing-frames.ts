/**
 * What a node has to say on one socket, batched: all messages of one turn of the event loop leave in
 * one frame, or in several that stay below the frame limit.
 *
 * Bounded: a client that does not read is no longer listened to above `BUFFERED_BYTES_HIGH`, and is
 * dropped above `BUFFERED_BYTES_MAX`.
 */
import { encodeNodeFrame, type NodeMessage } from '@rendezvous/protocol';
import { WebSocket } from 'ws';

const BUFFERED_BYTES_HIGH = 4 * 1024 * 1024;
const BUFFERED_BYTES_MAX = 64 * 1024 * 1024;
/** Messages are small but for batches, of which each is bounded by its sender. */
const FRAME_MESSAGE_COUNT_MAX = 2_000;

export class OutgoingFrames {
  readonly #socket: WebSocket;
  #queue: NodeMessage[] = [];

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  push(message: NodeMessage): void {
    this.#queue.push(message);
    if (this.#queue.length === 1) {
      queueMicrotask(() => {
        this.flush();
      });
    }
  }

  flush(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (let from = 0; from < queue.length; from += FRAME_MESSAGE_COUNT_MAX) {
      this.#send(queue.slice(from, from + FRAME_MESSAGE_COUNT_MAX));
    }
  }

  #send(messages: readonly NodeMessage[]): void {
    const socket = this.#socket;
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(encodeNodeFrame(messages), () => {
      if (socket.isPaused && socket.bufferedAmount < BUFFERED_BYTES_HIGH) socket.resume();
    });
    if (socket.bufferedAmount > BUFFERED_BYTES_MAX) socket.terminate();
    else if (socket.bufferedAmount > BUFFERED_BYTES_HIGH) socket.pause();
  }
}
