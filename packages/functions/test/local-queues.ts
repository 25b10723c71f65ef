/** SNS and SQS on this machine, spoken to with the AWS SDK, and what Lambda does between a queue and a function. */

import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import { buildApp } from 'fauxqs';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { LambdaContext } from '../src/lambda/invocation.js';

export interface Queue {
  readonly url: string;
  readonly arn: string;
}

export interface LocalQueues {
  readonly sns: SNS;
  readonly sqs: SQS;
  /** Returns the topic's ARN. */
  createTopic(): Promise<string>;
  createQueue(name?: string, attributes?: Readonly<Record<string, string>>): Promise<Queue>;
  subscribe(topicArn: string, queue: Queue, rawDelivery: boolean): Promise<void>;
  /** Receives up to ten messages, waiting for the first; deletes nothing. */
  receive(queue: Queue): Promise<SQSRecord[]>;
  /** What an event source mapping does, once; resolves with the messages that were given back. */
  deliver(queue: Queue, handler: QueueHandler): Promise<readonly string[]>;
}

export type QueueHandler = (event: SQSEvent, context: LambdaContext) => Promise<SQSBatchResponse>;

/** 30 s to go, as far as the function knows. */
export const CONTEXT: LambdaContext = { getRemainingTimeInMillis: () => 30_000 };

/** Starts what ends with the test. */
export async function startQueues(): Promise<LocalQueues> {
  const app = buildApp({ logger: false });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const config = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  };
  const [sns, sqs] = [new SNS(config), new SQS(config)];
  onTestFinished(async () => {
    sns.destroy();
    sqs.destroy();
    await app.close();
  });
  let count = 0;

  async function receive({ url, arn }: Queue): Promise<SQSRecord[]> {
    const { Messages: messages = [] } = await sqs.receiveMessage({
      QueueUrl: url,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 20,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    return messages.map((message) => toRecord(message, arn));
  }

  return {
    sns,
    sqs,
    receive,
    async createTopic() {
      const { TopicArn = '' } = await sns.createTopic({ Name: `topic-${++count}` });
      return TopicArn;
    },
    async createQueue(name = `queue-${++count}`, attributes = {}) {
      const { QueueUrl: url = '' } = await sqs.createQueue({
        QueueName: name,
        Attributes: attributes,
      });
      const { Attributes } = await sqs.getQueueAttributes({
        QueueUrl: url,
        AttributeNames: ['QueueArn'],
      });
      return { url, arn: Attributes?.['QueueArn'] ?? '' };
    },
    async subscribe(topicArn, { arn }, rawDelivery) {
      await sns.subscribe({
        TopicArn: topicArn,
        Protocol: 'sqs',
        Endpoint: arn,
        Attributes: { RawMessageDelivery: String(rawDelivery) },
      });
    },
    async deliver(queue, handler) {
      const records = await receive(queue);
      const { batchItemFailures } = await handler({ Records: records }, CONTEXT);
      const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
      const done = records.filter(({ messageId }) => !failed.includes(messageId));
      await Promise.all(
        done.map(({ receiptHandle }) =>
          sqs.deleteMessage({ QueueUrl: queue.url, ReceiptHandle: receiptHandle }),
        ),
      );
      return failed;
    },
  };
}

/** What Lambda makes of a message that it received. */
function toRecord(message: Message, arn: string): SQSRecord {
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: message.Attributes as unknown as SQSRecord['attributes'],
    messageAttributes: toMessageAttributes(message.MessageAttributes),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
    awsRegion: 'eu-west-1',
  };
}

function toMessageAttributes(
  attributes: Readonly<Record<string, MessageAttributeValue>> = {},
): SQSMessageAttributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { StringValue, DataType }]) => [
      name,
      { ...(StringValue !== undefined && { stringValue: StringValue }), dataType: DataType ?? '' },
    ]),
  );
}
