import type { ClientMessage } from '@rendezvous/protocol';
import type { SessionCodec } from './session-codec.js';

/** Keeps one frame's work short on both sides; far below the codec's own limit. */
const MESSAGES_PER_FRAME_MAX = 4_096;

export interface OutboxOptions {
  readonly codec: Pick<SessionCodec, 'encode'>;
  readonly send: (frame: Uint8Array) => void;
  /** Called for a message that alone exceeds the frame limit; it was not sent. */
  readonly onTooLarge: (message: ClientMessage) => void;
}

/**
 * Gathers the messages of one turn of the event loop and sends them as one frame, or as few as the
 * limits of a frame allow.
 *
 * Under load many replies of datastores arrive in one turn and cause many messages: one frame for
 * all of them is one system call here and one there. When idle, the end of the turn comes at once.
 */
export class Outbox {
  /** Frames above this are split. */
  frameBytesMax: number = 1024 * 1024;

  readonly #options: OutboxOptions;
  #messages: ClientMessage[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  add(message: ClientMessage): void {
    if (this.#messages.push(message) === 1) setImmediate(() => this.flush());
  }

  /** Sends what is waiting, now. */
  flush(): void {
    const messages = this.#messages;
    this.#messages = [];
    for (let start = 0; start < messages.length; start += MESSAGES_PER_FRAME_MAX) {
      this.#sendFrame(messages.slice(start, start + MESSAGES_PER_FRAME_MAX));
    }
  }

  discard(): void {
    this.#messages = [];
  }

  #sendFrame(messages: readonly ClientMessage[]): void {
    const frame = this.#options.codec.encode(messages);
    const [first] = messages;
    if (frame.byteLength <= this.frameBytesMax) {
      this.#options.send(frame);
    } else if (messages.length === 1 && first) {
      this.#options.onTooLarge(first);
    } else {
      const middle = messages.length >> 1;
      this.#sendFrame(messages.slice(0, middle));
      this.#sendFrame(messages.slice(middle));
    }
  }
}
