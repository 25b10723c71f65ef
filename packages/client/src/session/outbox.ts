import type { ClientMessage } from '@rendezvous/protocol';
import type { SessionCodec } from './session-codec.js';

/**
 * Keeps one frame's work short on both sides; far below the codec's own limit. The messages of a frame
 * are in memory together: with eight times as many, a node collects garbage for a third of its time.
 */
const MESSAGES_PER_FRAME_MAX = 512;

export interface OutboxOptions {
  readonly codec: Pick<SessionCodec, 'encode'>;
  /** Frames above this are split. */
  readonly frameBytesMax: () => number;
  readonly send: (frame: Uint8Array) => void;
  /** Called for a message that alone exceeds the frame limit; it was not sent. */
  readonly onTooLarge: (message: ClientMessage) => void;
}

export interface Outbox {
  readonly add: (message: ClientMessage) => void;
  /** Sends what is waiting, now. */
  readonly flush: () => void;
  readonly discard: () => void;
}

/**
 * Gathers the messages of one turn of the event loop and sends them as one frame, or as few as the
 * limits of a frame allow.
 *
 * Under load many replies of datastores arrive in one turn and cause many messages: one frame for
 * all of them is one system call here and one there. When idle, the end of the turn comes at once.
 */
export function createOutbox(options: OutboxOptions): Outbox {
  let waiting: ClientMessage[] = [];

  const sendFrame = (messages: readonly ClientMessage[]): void => {
    const frame = options.codec.encode(messages);
    const [first] = messages;
    if (frame.byteLength <= options.frameBytesMax()) {
      options.send(frame);
    } else if (messages.length === 1 && first) {
      options.onTooLarge(first);
    } else {
      const middle = messages.length >> 1;
      sendFrame(messages.slice(0, middle));
      sendFrame(messages.slice(middle));
    }
  };
  const flush = (): void => {
    while (waiting.length > 0) sendFrame(waiting.splice(0, MESSAGES_PER_FRAME_MAX));
  };

  return {
    add(message) {
      if (waiting.push(message) === 1) setImmediate(flush);
    },
    flush,
    discard() {
      waiting = [];
    },
  };
}
