import { byteSize, limitOf } from './byte-size.js';
import { BAGGAGE, attributesBytes, readAttribute, writeAttribute } from './message-attributes.js';
import type { AttributedMessage } from './message-attributes.js';
import { createCarrier } from './message-carrier.js';
import type { MessageCarrier } from './message-carrier.js';
import { readNested } from './nested-body.js';

/** The input of `PublishCommand`, or an entry of `PublishBatchCommand`. */
export interface SnsMessage extends AttributedMessage {
  readonly Message?: string | undefined;
  readonly Subject?: string | undefined;
}

/** A record of the event with which SNS invokes a function. */
export interface SnsRecord {
  readonly Sns: {
    readonly Message?: string | undefined;
    readonly MessageAttributes?:
      Readonly<Record<string, { readonly Value?: string | undefined }>> | undefined;
  };
}

/**
 * SNS: the message attribute `baggage`.
 *
 * @example
 * await sns.send(new PublishCommand(snsCarrier.inject(rv, { TopicArn, Message })));
 */
export const snsCarrier: MessageCarrier<SnsMessage, SnsRecord> = createCarrier({
  name: 'sns',
  read: readAttribute,
  write: writeAttribute,
  readArrived: ({ Sns }: SnsRecord) =>
    Sns.MessageAttributes?.[BAGGAGE]?.Value ?? readNested(Sns.Message),
  sizeBytes: (message: SnsMessage) =>
    byteSize(message.Message) + byteSize(message.Subject) + attributesBytes(message),
  limitBytes: limitOf(256),
});
