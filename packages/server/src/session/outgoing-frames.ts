/**
 * What a node has to say on one socket, batched: all messages of one turn of the event loop leave in
 * one frame, or in several that stay below the limits of a frame.
 *
 * Bounded: a client that does not read is no longer listened to above `BUFFERED_BYTES_HIGH`, and
 * `onOverflow` is called, to drop it, above `BUFFERED_BYTES_MAX`.
 */
import { encodeNodeFrame, type NodeMessage } from '@rendezvous/protocol';
import { WebSocket } from 'ws';

export const BUFFERED_BYTES_HIGH = 4 * 1024 * 1024;
export const BUFFERED_BYTES_MAX = 64 * 1024 * 1024;
/** More messages are sent at once, so that what is queued is soon counted in bytes. */
const FRAME_MESSAGE_COUNT_MAX = 2_000;
/** Frames above this are split, down to single messages: clients refuse very large ones. */
const FRAME_BYTES_MAX = 1024 * 1024;

export class OutgoingFrames {
  readonly #socket: WebSocket;
  readonly #onOverflow: () => void;
  #queue: NodeMessage[] = [];

  constructor(socket: WebSocket, onOverflow: () => void) {
    this.#socket = socket;
    this.#onOverflow = onOverflow;
  }

  push(message: NodeMessage): void {
    const count = this.#queue.push(message);
    if (count >= FRAME_MESSAGE_COUNT_MAX) this.flush();
    else if (count === 1) queueMicrotask(() => this.flush());
  }

  flush(): void {
    const queue = this.#queue;
    this.#queue = [];
    if (queue.length > 0) this.#send(queue);
  }

  #send(messages: readonly NodeMessage[]): void {
    const socket = this.#socket;
    if (socket.readyState !== WebSocket.OPEN) return;
    const frame = encodeNodeFrame(messages);
    if (frame.byteLength > FRAME_BYTES_MAX && messages.length > 1) {
      const middle = messages.length >> 1;
      this.#send(messages.slice(0, middle));
      this.#send(messages.slice(middle));
      return;
    }
    socket.send(frame, () => {
      if (socket.isPaused && socket.bufferedAmount < BUFFERED_BYTES_HIGH) socket.resume();
    });
    if (socket.bufferedAmount > BUFFERED_BYTES_MAX) this.#onOverflow();
    else if (socket.bufferedAmount > BUFFERED_BYTES_HIGH) socket.pause();
  }
}
