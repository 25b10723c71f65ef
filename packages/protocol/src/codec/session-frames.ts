import type { ClientBody, ClientMessage, NodeBody, NodeMessage } from '../messages.js';
import { CLIENT_BODIES } from './client-messages.js';
import { createFrameCodec, type FrameCodec } from './frame.js';
import { NODE_BODIES } from './node-messages.js';

/**
 * The binary frames of a session: protobuf as `session.proto` defines it, without a dependency.
 *
 * What is decoded is complete (absent fields have their proto3 default) and shares no memory with
 * the frame: byte arrays are copies. Decoders take bytes that nobody vouches for; whatever they
 * are, the result is messages or a `RendezvousError` with `bad_frame`. Whether the values make
 * sense (names, positions, an id of 0) is for the receiver to judge.
 */

const clientFrame: FrameCodec<ClientBody> = createFrameCodec(CLIENT_BODIES);
const nodeFrame: FrameCodec<NodeBody> = createFrameCodec(NODE_BODIES);

/**
 * The frame of up to 65,536 messages from a client to a node. Throws `limit_exceeded` for more,
 * and `bad_request` for a number that its field cannot hold.
 */
export function encodeClientFrame(messages: readonly ClientMessage[]): Uint8Array {
  return clientFrame.encode(messages);
}

/** The messages of a frame from a client. Throws `bad_frame`. */
export function decodeClientFrame(bytes: Uint8Array): readonly ClientMessage[] {
  return clientFrame.decode(bytes);
}

/** The frame of up to 65,536 messages from a node to a client. Throws as `encodeClientFrame` does. */
export function encodeNodeFrame(messages: readonly NodeMessage[]): Uint8Array {
  return nodeFrame.encode(messages);
}

/** The messages of a frame from a node. Throws `bad_frame`. */
export function decodeNodeFrame(bytes: Uint8Array): readonly NodeMessage[] {
  return nodeFrame.decode(bytes);
}
