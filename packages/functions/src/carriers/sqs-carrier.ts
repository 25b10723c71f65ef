import { byteSize, limitOf } from './byte-size.js';
import { BAGGAGE, attributesBytes, readAttribute, writeAttribute } from './message-attributes.js';
import type { AttributedMessage } from './message-attributes.js';
import { createCarrier } from './message-carrier.js';
import type { MessageCarrier } from './message-carrier.js';
import { readNested } from './nested-body.js';

/** The input of `SendMessageCommand`, or an entry of `SendMessageBatchCommand`. */
export interface SqsMessage extends AttributedMessage {
  readonly MessageBody?: string | undefined;
}

/** A record of the event with which SQS invokes a function. */
export interface SqsLambdaRecord {
  readonly body?: string | undefined;
  readonly messageAttributes?:
    Readonly<Record<string, { readonly stringValue?: string | undefined }>> | undefined;
}

/** A message that `ReceiveMessageCommand` returned. It has attributes only if the command asked for them. */
export interface SqsReceivedMessage {
  readonly Body?: string | undefined;
  readonly MessageAttributes?:
    Readonly<Record<string, { readonly StringValue?: string | undefined }>> | undefined;
}

/**
 * SQS: the message attribute `baggage`. What SNS or EventBridge delivered to the queue is found in the
 * body where they put it. A queue whose `MaximumMessageSize` was lowered may refuse a message that only
 * fits it without a bookmark: a sender cannot see that limit.
 *
 * @example
 * const bookmark = sqsCarrier.extract(rv, record);
 * await rv.run(bookmark, () => handle(record));
 */
export const sqsCarrier: MessageCarrier<SqsMessage, SqsLambdaRecord | SqsReceivedMessage> =
  createCarrier({
    name: 'sqs',
    read: readAttribute,
    write: writeAttribute,
    readArrived: (record: SqsLambdaRecord & SqsReceivedMessage) =>
      record.messageAttributes?.[BAGGAGE]?.stringValue ??
      record.MessageAttributes?.[BAGGAGE]?.StringValue ??
      readNested(record.body ?? record.Body),
    sizeBytes: (message: SqsMessage) => byteSize(message.MessageBody) + attributesBytes(message),
    limitBytes: limitOf(256, 1_024),
  });
