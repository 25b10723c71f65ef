import type { SdkClientBody, SdkNodeBody } from '../messages.js';
import { createFrameCodec, type FrameCodec, type FrameMessage } from './frame.js';
import { SDK_CLIENT_BODIES, SDK_NODE_BODIES } from './sdk-messages.js';

/**
 * The part of `session-frames.ts` that the SDK needs, apart, so that bundles of functions do not
 * carry the messages of monitors and peers. The bytes are the same.
 */

const clientFrame: FrameCodec<SdkClientBody> = createFrameCodec(SDK_CLIENT_BODIES);
const nodeFrame: FrameCodec<SdkNodeBody> = createFrameCodec(SDK_NODE_BODIES);

/** As `encodeClientFrame`. */
export function encodeSdkFrame(messages: readonly FrameMessage<SdkClientBody>[]): Uint8Array {
  return clientFrame.encode(messages);
}

/** As `decodeNodeFrame`; what does not answer the SDK is a `bad_frame`. */
export function decodeSdkFrame(bytes: Uint8Array): readonly FrameMessage<SdkNodeBody>[] {
  return nodeFrame.decode(bytes);
}
