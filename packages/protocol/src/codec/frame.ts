import { RendezvousError } from '../error.js';
import { list, message, type Field, type MessageCodec } from './field.js';
import { badWireType, define, type FieldsOf } from './message-codec.js';
import { badFrame, VARINT, WireReader } from './wire-reader.js';
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
  decode(bytes: Uint8Array): readonly FrameMessage<Body>[];
}

interface Tagged {
  readonly kind: string;
}

/** One member of the `body` oneof. */
export interface BodySpec<Body> {
  readonly number: number;
  readonly fields: FieldsOf<Body>;
  /** In the place of the reader that is made of the fields. */
  readonly read?: MessageCodec<Body>['read'];
}

/** The members of the `body` oneof: one for every kind of message, or it does not compile. */
export type Bodies<Body extends Tagged> = {
  readonly [Kind in Body['kind']]: BodySpec<Extract<Body, { readonly kind: Kind }>>;
};

interface Frame<Body> {
  readonly messages: readonly FrameMessage<Body>[];
}

/* @__NO_SIDE_EFFECTS__ */
export function body<Body>(number: number, fields: FieldsOf<Body>): BodySpec<Body> {
  return { number, fields };
}

/** More messages in one frame are refused, by the writer and by the reader. */
export const FRAME_MESSAGES_MAX = 65_536;

/** A guess of a message's size, so that the buffer of most frames need not grow. */
const MESSAGE_BYTES_GUESS = 160;

const ID_TAG = (1 << 3) | VARINT;

/** The codec of frames whose messages have one of `bodies`. */
/* @__NO_SIDE_EFFECTS__ */
export function createFrameCodec<Body extends Tagged>(bodies: Bodies<Body>): FrameCodec<Body> {
  const messages = list(message(1, createMessageCodec(bodies)));
  const frame = define<Frame<Body>>({ messages });
  return {
    encode(messages) {
      const count = messages.length;
      if (count > FRAME_MESSAGES_MAX) {
        const problem = `a frame holds at most ${FRAME_MESSAGES_MAX} messages, not ${count}`;
        throw new RendezvousError('limit_exceeded', problem);
      }
      const writer = new WireWriter(count * MESSAGE_BYTES_GUESS + 1);
      frame.write(writer, { messages });
      return writer.finish();
    },
    decode(bytes) {
      const { messages } = frame.read(new WireReader(bytes));
      if (messages.length <= FRAME_MESSAGES_MAX) return messages;
      throw badFrame(`it has more than ${FRAME_MESSAGES_MAX} messages`);
    },
  };
}

/** The codec of an id and a oneof, which no table of fields can describe. */
function createMessageCodec<Body extends Tagged>(
  bodies: Bodies<Body>,
): MessageCodec<FrameMessage<Body>> {
  const byKind = new Map<string, Field<Body>>();
  const byNumber: (Field<Body> | undefined)[] = [];
  // The type of the table ties each kind to the fields of its message.
  const specs = bodies as unknown as Readonly<Record<string, BodySpec<Body>>>;
  for (const [kind, { number, fields, read }] of Object.entries(specs)) {
    const codec = define<Body>(fields, kind);
    const field = message(number, read ? { ...codec, read } : codec);
    byKind.set(kind, field);
    byNumber[number] = field;
  }
  return {
    // Never seen: a frame's list has no absent elements.
    absent: { id: 0 } as FrameMessage<Body>,
    write(writer, { id, body }) {
      const field = byKind.get(body.kind);
      if (!field) throw new RendezvousError('bad_request', `no message is a "${body.kind}"`);
      if (id !== 0) {
        writer.uint32(ID_TAG);
        writer.uint32(id);
      }
      writer.uint32(field.tag);
      field.write(writer, body);
    },
    read: (reader) => readMessage(reader, byNumber),
  };
}

function readMessage<Body extends Tagged>(
  reader: WireReader,
  byNumber: readonly (Field<Body> | undefined)[],
): FrameMessage<Body> {
  let id = 0;
  let body: Body | undefined;
  let bodyTag = 0;
  let unknownTag = 0;
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === ID_TAG) {
      id = reader.uint32();
      continue;
    }
    const number = tag >>> 3;
    const field = byNumber[number];
    if (field ? tag !== field.tag : number === 1) throw badWireType(tag, 'of a message');
    if (field) {
      // As protobuf says: a body of the same kind again adds to it, one of another kind replaces it.
      body = field.read(reader, bodyTag === tag ? body : undefined);
      bodyTag = tag;
    } else {
      unknownTag = tag;
      reader.skip(tag & 7);
    }
  }
  if (body !== undefined) return { id, body };
  throw badFrame(
    unknownTag === 0
      ? 'a message has no body'
      : `a message has the unknown body ${unknownTag >>> 3}`,
  );
}
