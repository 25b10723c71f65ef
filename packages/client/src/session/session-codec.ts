import type { ClientMessage, NodeMessage } from '@rendezvous/protocol';

/** How frames become bytes; of some or all kinds of messages. */
export interface SessionCodec {
  /** Throws `bad_request` for a kind of message that it does not know. */
  encode(messages: readonly ClientMessage[]): Uint8Array;
  /** Throws `bad_frame`. */
  decode(bytes: Uint8Array): readonly NodeMessage[];
}
