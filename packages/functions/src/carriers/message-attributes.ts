/** The one message attribute of SNS and SQS in which a bookmark travels: `baggage`, a string. */

import { byteSize } from './byte-size.js';

export const BAGGAGE = 'baggage';

/** SQS takes no more; SNS does, and then loses the message on its way to a queue with raw delivery. */
const ATTRIBUTE_COUNT_MAX = 10;

export interface AttributeLike {
  readonly DataType?: string | undefined;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: Uint8Array | undefined;
}

/** A message of the AWS SDK before it is sent. */
export interface AttributedMessage {
  // Not read-only: the commands' inputs are not.
  MessageAttributes?: Record<string, AttributeLike> | undefined;
}

export function readAttribute({ MessageAttributes }: AttributedMessage): string | undefined {
  return MessageAttributes?.[BAGGAGE]?.StringValue;
}

/** Throws where the message has ten attributes already. */
export function writeAttribute<Message extends AttributedMessage>(
  message: Message,
  baggage: string,
): Message {
  const attributes = {
    ...message.MessageAttributes,
    [BAGGAGE]: { DataType: 'String', StringValue: baggage },
  };
  if (Object.keys(attributes).length > ATTRIBUTE_COUNT_MAX) throw new RangeError('no room');
  return { ...message, MessageAttributes: attributes };
}

/** Names, types and values, as both services count them. */
export function attributesBytes({ MessageAttributes = {} }: AttributedMessage): number {
  return Object.entries(MessageAttributes).reduce(
    (sum, [name, { DataType, StringValue, BinaryValue }]) =>
      sum + byteSize(name) + byteSize(DataType) + byteSize(StringValue) + byteSize(BinaryValue),
    0,
  );
}
