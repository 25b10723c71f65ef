import { RendezvousError } from '../error.js';
import type { Field } from './field.js';
import { badFrame, WIRE_TYPE, WireReader } from './wire-reader.js';
import { WireWriter } from './wire-writer.js';

/**
 * A frame is a batch of messages; a message is an id and one body. Both directions of a session
 * have this shape, and differ in the bodies.
 */
export interface FrameMessage<Body> {
  readonly id: number;
  readonly body: Body;
}

export interface FrameCodec<Body> {
  encode(messages: readonly FrameMessage<Body>[]): Uint8Array;
  decode(bytes: Uint8Array): FrameMessage<Body>[];
}

interface Tagged {
  readonly kind: string;
}

/** The fields of the `body` oneof: one for every kind of message, or it does not compile. */
export type Bodies<Body extends Tagged> = {
  readonly [Kind in Body['kind']]: Field<Extract<Body, { readonly kind: Kind }>>;
};

/** More messages in one frame are refused, by the writer and by the reader. */
export const FRAME_MESSAGES_MAX = 65_536;

/** A guess of a message's size, so that the buffer of most frames need not grow. */
const MESSAGE_BYTES_GUESS = 160;

const MESSAGES_TAG = (1 << 3) | WIRE_TYPE.delimited;
const ID_TAG = (1 << 3) | WIRE_TYPE.varint;

/** The codec of frames whose messages have one of `bodies`. */
export function createFrameCodec<Body extends Tagged>(bodies: Bodies<Body>): FrameCodec<Body> {
  const byKind = new Map<string, Field<Body>>(Object.entries<Field<Body>>(bodies));
  const byNumber: (Field<Body> | undefined)[] = [];
  for (const field of byKind.values()) byNumber[field.number] = field;

  function fieldOf(kind: string): Field<Body> {
    const field = byKind.get(kind);
    if (field === undefined) throw new RendezvousError('bad_request', `no message is a "${kind}"`);
    return field;
  }

  return {
    encode(messages) {
      assertCount(messages.length);
      const writer = new WireWriter(messages.length * MESSAGE_BYTES_GUESS + 1);
      for (const { id, body } of messages) {
        writer.uint32(MESSAGES_TAG);
        const start = writer.beginNested();
        if (id !== 0) {
          writer.uint32(ID_TAG);
          writer.uint32(id);
        }
        fieldOf(body.kind).write(writer, body);
        writer.endNested(start);
      }
      return writer.finish();
    },
    decode(bytes) {
      const reader = new WireReader(bytes);
      const messages: FrameMessage<Body>[] = [];
      while (!reader.atEnd) {
        const tag = reader.tag();
        if (tag >>> 3 !== 1) {
          reader.skip(tag & 7);
          continue;
        }
        if (tag !== MESSAGES_TAG) throw badFrame(`field 1 (messages) has wire type ${tag & 7}`);
        if (messages.length === FRAME_MESSAGES_MAX) {
          throw badFrame(`it has more than ${FRAME_MESSAGES_MAX} messages`);
        }
        const outerEnd = reader.enter();
        messages.push(readMessage(reader, byNumber));
        reader.leave(outerEnd);
      }
      return messages;
    },
  };
}

function readMessage<Body extends Tagged>(
  reader: WireReader,
  byNumber: readonly (Field<Body> | undefined)[],
): FrameMessage<Body> {
  let id = 0;
  let body: Body | undefined;
  let bodyNumber = 0;
  let unknownNumber = 0;
  while (!reader.atEnd) {
    const tag = reader.tag();
    const number = tag >>> 3;
    if (tag === ID_TAG) {
      id = reader.uint32();
      continue;
    }
    const field = byNumber[number];
    if (field === undefined && number !== 1) {
      unknownNumber = number;
      reader.skip(tag & 7);
      continue;
    }
    if (field === undefined || (tag & 7) !== field.wireType) {
      throw badFrame(`field ${number} of a message has wire type ${tag & 7}`);
    }
    // As protobuf says: a body of the same kind again adds to it, one of another kind replaces it.
    body = field.read(reader, body !== undefined && bodyNumber === number ? body : field.absent);
    bodyNumber = number;
  }
  if (body !== undefined) return { id, body };
  throw badFrame(
    unknownNumber === 0
      ? 'a message has no body'
      : `a message has body ${unknownNumber}, which this version does not know`,
  );
}

function assertCount(messageCount: number): void {
  if (messageCount <= FRAME_MESSAGES_MAX) return;
  throw new RendezvousError(
    'limit_exceeded',
    `a frame holds at most ${FRAME_MESSAGES_MAX} messages, not ${messageCount}: send several`,
  );
}
