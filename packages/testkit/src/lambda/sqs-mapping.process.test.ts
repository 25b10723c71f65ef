import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SQS } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { startLambdaService } from './lambda-service.js';
import { startMessageServer } from './message-server.js';

const directory = fileURLToPath(new URL('../../test/lambda-functions', import.meta.url));

interface Received {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly [name: string]: unknown;
}

interface Setup {
  readonly sqs: SQS;
  readonly queueUrl: string;
  /** What the function got so far, in order. */
  readonly received: Received[];
}

async function setup(
  queue: { readonly name: string; readonly attributes?: Record<string, string> },
  reportBatchItemFailures: boolean,
): Promise<Setup> {
  const server = await startMessageServer();
  const { endpoint } = server;
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const sqs = new SQS({ endpoint, region: 'us-east-1', credentials });
  const { QueueUrl: queueUrl = '' } = await sqs.createQueue({
    QueueName: queue.name,
    Attributes: { VisibilityTimeout: '1', ...queue.attributes },
  });
  const received: Received[] = [];
  const lambda = await startLambdaService({
    functions: [{ name: 'batch', handler: 'batch.handler', directory, concurrencyMax: 1 }],
    onLog: ({ line }) => {
      const [, json] = /\t(\{.*\})$/.exec(line) ?? [];
      if (json !== undefined) received.push(JSON.parse(json) as Received);
    },
  });
  onTestFinished(async () => {
    await lambda.shutdown();
    sqs.destroy();
    await server.shutdown();
  });
  await lambda.mapQueue({ functionName: 'batch', queueUrl, endpoint, reportBatchItemFailures });
  return { sqs, queueUrl, received };
}

/** Messages that are in the queue, at a reader or not. */
async function countMessages({ sqs, queueUrl }: Setup): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.getQueueAttributes({
    QueueUrl: queueUrl,
    AttributeNames: [...names],
  });
  return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}

test('a function gets messages as Lambda shapes them; those that it reports as failed come back, the others are deleted', async () => {
  const run = await setup({ name: 'plain' }, true);
  const { sqs, queueUrl, received } = run;
  await sqs.sendMessageBatch({
    QueueUrl: queueUrl,
    Entries: [
      {
        Id: '1',
        MessageBody: 'once',
        MessageAttributes: {
          word: { DataType: 'String', StringValue: 'Grüße' },
          bytes: { DataType: 'Binary', BinaryValue: Buffer.from('abc') },
        },
      },
      { Id: '2', MessageBody: 'again' },
    ],
  });
  await until(() => received.filter(({ body }) => body === 'again').length === 2);
  await until(async () => (await countMessages(run)) === 0);
  const once = received.filter(({ body }) => body === 'once');
  const again = received.filter(({ body }) => body === 'again');
  expect(once).toHaveLength(1);
  expect(once[0]).toMatchObject({
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:plain',
    awsRegion: 'us-east-1',
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: {
      word: { stringValue: 'Grüße', dataType: 'String' },
      bytes: { binaryValue: Buffer.from('abc').toString('base64'), dataType: 'Binary' },
    },
  });
  expect(again.map(({ attributes }) => attributes['ApproximateReceiveCount'])).toEqual(['1', '2']);
});

test('without ReportBatchItemFailures what a function reports as failed is lost, as on AWS', async () => {
  const run = await setup({ name: 'loses' }, false);
  const { sqs, queueUrl, received } = run;
  await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: 'again' });
  await until(() => received.length === 1);
  await until(async () => (await countMessages(run)) === 0);
  expect(received).toHaveLength(1);
});

test('the messages of a group of a FIFO queue come in order', async () => {
  const attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
  const { sqs, queueUrl, received } = await setup({ name: 'ordered.fifo', attributes }, true);
  for (const MessageBody of ['a', 'b', 'c', 'd', 'e']) {
    await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody, MessageGroupId: 'one' });
  }
  await until(() => received.length === 5);
  expect(received.map(({ body }) => body)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(received[0]?.attributes['MessageGroupId']).toBe('one');
});
