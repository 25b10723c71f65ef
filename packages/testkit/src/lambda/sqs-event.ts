/** The event in which Lambda hands messages of SQS to a function (AWS: "Using Lambda with Amazon SQS"). Pure. */
import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';

/** JSON for messages as SQS's own API returns them. `queueArn`: `arn:aws:sqs:us-east-1:000000000000:name`. */
export function toSqsEvent(messages: readonly Message[], queueArn: string): Buffer {
  const awsRegion = queueArn.split(':')[3];
  const Records = messages.map((message) => ({
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: toAttributes(message.MessageAttributes ?? {}),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion,
  }));
  return Buffer.from(JSON.stringify({ Records }));
}

function toAttributes(attributes: Readonly<Record<string, MessageAttributeValue>>): object {
  const entries = Object.entries(attributes).map(
    ([name, { StringValue, BinaryValue, DataType }]) => [
      name,
      {
        ...(StringValue !== undefined && { stringValue: StringValue }),
        ...(BinaryValue !== undefined && {
          binaryValue: Buffer.from(BinaryValue).toString('base64'),
        }),
        stringListValues: [],
        binaryListValues: [],
        dataType: DataType,
      },
    ],
  );
  return Object.fromEntries(entries) as object;
}
