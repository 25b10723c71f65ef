/**
 * What a node has to say on one socket, batched: all messages of one turn of the event loop leave in
 * one frame, or in several, each closed once it is large enough.
 *
 * Bounded: a client that does not read is no longer listened to above `BUFFERED_BYTES_HIGH`, and
 * `onOverflow` is called, to drop it, above `BUFFERED_BYTES_MAX`.
 */
import { encodeNodeFrame, type NodeBody, type NodeMessage } from '@rendezvous/protocol';
import { WebSocket } from 'ws';

export const BUFFERED_BYTES_HIGH: number = 4 * 1024 * 1024;
export const BUFFERED_BYTES_MAX: number = 64 * 1024 * 1024;
/** A frame with so many messages, or about so many bytes, is sent within the turn. */
const FRAME_MESSAGE_COUNT = 2_000;
const FRAME_BYTES = 1024 * 1024;
/** Rough sizes: of most messages, and of one line of those that are lists. */
const MESSAGE_BYTES = 160;
const LINE_BYTES = 120;

export class OutgoingFrames {
  readonly #socket: WebSocket;
  readonly #onOverflow: () => void;
  #queue: NodeMessage[] = [];
  #queuedBytes = 0;
  #isHeld = false;

  constructor(socket: WebSocket, onOverflow: () => void) {
    this.#socket = socket;
    this.#onOverflow = onOverflow;
  }

  push(message: NodeMessage): void {
    const count = this.#queue.push(message);
    this.#queuedBytes += roughBytesOf(message.body);
    if (count >= FRAME_MESSAGE_COUNT || this.#queuedBytes >= FRAME_BYTES) this.flush();
    else if (count === 1) queueMicrotask(() => this.flush());
  }

  /** Sends what is queued, now. */
  flush(): void {
    const queue = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    const socket = this.#socket;
    if (queue.length === 0 || socket.readyState !== WebSocket.OPEN) return;
    socket.send(encodeNodeFrame(queue), () => this.#onSent());
    this.#bound();
  }

  /** Answers a ping; pings of a client that does not read are bounded like all else. */
  pong(data: Buffer): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.pong(data, false, () => this.#onSent());
    this.#bound();
  }

  /** Listens no more to the client until `release`. */
  hold(): void {
    this.#isHeld = true;
    this.#socket.pause();
  }

  release(): void {
    this.#isHeld = false;
    this.#onSent();
  }

  #bound(): void {
    const socket = this.#socket;
    if (socket.bufferedAmount > BUFFERED_BYTES_MAX) this.#onOverflow();
    else if (socket.bufferedAmount > BUFFERED_BYTES_HIGH) socket.pause();
  }

  #onSent(): void {
    const socket = this.#socket;
    if (this.#isHeld || !socket.isPaused) return;
    if (socket.bufferedAmount < BUFFERED_BYTES_HIGH) socket.resume();
  }
}

function roughBytesOf(body: NodeBody): number {
  switch (body.kind) {
    case 'batch':
      return linesBytesOf(body.entries);
    case 'branchesOpened':
      return linesBytesOf(body.branches);
    case 'statusAnswer':
      return LINE_BYTES * (body.journals.length + body.replicas.length + body.regions.length);
    default:
      return MESSAGE_BYTES;
  }
}

interface Line {
  readonly position: string;
  readonly keys: readonly Uint8Array[];
}

function linesBytesOf(lines: readonly Line[]): number {
  let bytes = MESSAGE_BYTES;
  for (const { position, keys } of lines) {
    bytes += LINE_BYTES + position.length;
    for (const key of keys) bytes += key.length;
  }
  return bytes;
}
