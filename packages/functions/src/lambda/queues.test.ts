/** Whole ways through SNS and SQS, with the AWS SDK as it is, a real node, and handlers as they would be deployed. */

import { PublishCommand } from '@aws-sdk/client-sns';
import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test, vi } from 'vitest';
import { carry } from '../aws/carry.js';
import { BOOKMARK, FOREIGN, createCarrying } from '../../test/bookmarks.js';
import { startQueues } from '../../test/local-queues.js';
import { startPosts } from '../../test/replicated-posts.js';
import { sqsBatch } from './sqs-batch.js';
import type { BatchFailure } from './batch-options.js';
import type { SqsRecord } from './sqs-record.js';
import { sqsCarrier } from '../carriers/sqs-carrier.js';

// A machine under load takes its time to start a node, or to load the SDK.
vi.setConfig({ testTimeout: 20_000 });

const CONFIRMED = { reportsBatchItemFailures: true } as const;

test.each([
  ['with raw delivery', true],
  ['wrapped by SNS', false],
])(
  'SNS to SQS to a function to SNS to SQS, %s: the merge of all writes arrives',
  async (_how, raw) => {
    const [queues, posts] = [await startQueues(), await startPosts()];
    const sns = carry(queues.sns, posts.eu);
    const [firstTopic, secondTopic] = [await queues.createTopic(), await queues.createTopic()];
    const [first, second] = [await queues.createQueue(), await queues.createQueue()];
    await queues.subscribe(firstTopic, first, raw);
    await queues.subscribe(secondTopic, second, raw);

    const written: string[] = [];
    await posts.eu.run(undefined, async () => {
      await posts.write('a');
      written.push(posts.eu.current() ?? '');
      await sns.send(new PublishCommand({ TopicArn: firstTopic, Message: 'a' }));
    });
    const relay = sqsBatch(posts.eu, async () => {
      const before = posts.eu.current();
      await posts.write('b');
      written.push(before ?? '');
      await sns.send(new PublishCommand({ TopicArn: secondTopic, Message: 'b' }));
      written.push(posts.eu.current() ?? '');
    });
    await queues.deliver(first, relay);

    const [record] = await queues.receive(second);
    const arrived = record && sqsCarrier.extract(posts.us, record);
    expect(written[1]).toBe(written[0]);
    expect(arrived).toBe(written[2]);
    // Both writes: what a reader waits for is open until both are there.
    await posts.us.run(arrived, async () => {
      await posts.replicate('a');
      await expect(posts.us.status()).resolves.toMatchObject({ status: 'timed_out' });
      await posts.replicate('b');
      await expect(posts.us.wait()).resolves.toMatchObject({ status: 'consistent' });
    });
  },
);

test('a message that was retried twice and came back from a dead-letter queue still has its bookmark', async () => {
  const [queues, rv] = [await startQueues(), createCarrying()];
  const dead = await queues.createQueue('dead');
  const redrive = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: '2' });
  const queue = await queues.createQueue('main', {
    VisibilityTimeout: '0',
    RedrivePolicy: redrive,
  });
  const sqs = carry(queues.sqs, rv);
  await rv.run(BOOKMARK, () =>
    sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'a' })),
  );
  const seen: (string | undefined)[] = [];
  let failing = true;
  const options = { ...CONFIRMED, onFailure: () => undefined };
  const handler = sqsBatch(
    rv,
    () => {
      seen.push(rv.current());
      if (failing) throw new Error('later');
    },
    options,
  );
  await queues.deliver(queue, handler);
  await queues.deliver(queue, handler);
  // The queue moves it when it is asked for a third time.
  await sqs.receiveMessage({ QueueUrl: queue.url, WaitTimeSeconds: 0 });
  const [message] = await queues.receive(dead);
  // A redrive sends what is there, attributes included.
  const MessageAttributes = Object.fromEntries(
    Object.entries(message?.messageAttributes ?? {}).map(([name, { dataType, stringValue }]) => [
      name,
      { DataType: dataType, StringValue: stringValue },
    ]),
  );
  await sqs.sendMessage({ QueueUrl: queue.url, MessageBody: message?.body, MessageAttributes });
  failing = false;
  await queues.deliver(queue, handler);
  expect(seen).toEqual([BOOKMARK, BOOKMARK, BOOKMARK]);
});

test('promise 4: no send fails: ten attributes, a body at the limit, no context', async () => {
  const [queues, rv] = [await startQueues(), createCarrying()];
  const queue = await queues.createQueue(undefined, { MaximumMessageSize: '262144' });
  const topic = await queues.createTopic();
  const [sns, sqs] = [carry(queues.sns, rv), carry(queues.sqs, rv)];
  const attributes = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [
      `a${index}`,
      { DataType: 'String', StringValue: 'v' },
    ]),
  );
  const large = 'x'.repeat(262_144);
  const QueueUrl = queue.url;
  await rv.run(BOOKMARK, async () => {
    await sqs.send(
      new SendMessageCommand({ QueueUrl, MessageBody: 'ten', MessageAttributes: attributes }),
    );
    await sns.send(
      new PublishCommand({ TopicArn: topic, Message: 'ten', MessageAttributes: attributes }),
    );
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: large }));
    await sns.send(new PublishCommand({ TopicArn: topic, Message: large }));
    const half = large.slice(0, 131_072);
    const Entries = [
      { Id: '1', MessageBody: half },
      { Id: '2', MessageBody: half },
    ];
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(Failed).toEqual([]);
  });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'no context' }));
  expect(rv.counters.bookmarksDroppedBy).toMatchObject({
    sns: { inject_dropped: 2 },
    sqs: { inject_dropped: 4 },
  });
});

test('a bookmark that cannot be used is missing: the record is processed, and onMissing decides', async () => {
  const [queues, posts] = [await startQueues(), await startPosts()];
  const queue = await queues.createQueue(undefined, { VisibilityTimeout: '0' });
  await queues.sqs.sendMessage({
    QueueUrl: queue.url,
    MessageBody: 'a',
    MessageAttributes: { baggage: { DataType: 'String', StringValue: `rendezvous=${FOREIGN}` } },
  });
  const failures: BatchFailure<SqsRecord>[] = [];
  const onFailure = (failure: BatchFailure<SqsRecord>): void => void failures.push(failure);
  const read = (record: SqsRecord): Promise<unknown> => posts.read(record.body);
  const strict = sqsBatch(posts.us, read, { ...CONFIRMED, onMissing: 'throw', onFailure });
  expect(await queues.deliver(queue, strict)).toHaveLength(1);
  expect(failures).toMatchObject([{ error: { code: 'bookmark_missing' } }]);
  expect(await queues.deliver(queue, sqsBatch(posts.us, read, CONFIRMED))).toEqual([]);
  expect(posts.us.counters.bookmarksDroppedBy['sqs']).toMatchObject({ extract_invalid: 2 });
});

test('a poller without Lambda asks for the attribute, and gets it', async () => {
  const [queues, rv] = [await startQueues(), createCarrying()];
  const queue = await queues.createQueue();
  const sqs = carry(queues.sqs, rv);
  const QueueUrl = queue.url;
  await rv.run(BOOKMARK, () => sqs.sendMessage({ QueueUrl, MessageBody: 'a' }));
  const { Messages: [message] = [] } = await sqs.receiveMessage({ QueueUrl });
  expect(message && sqsCarrier.extract(rv, message)).toBe(BOOKMARK);
});

test('requeue: the message comes back later, is read when its data is there, and none is lost', async () => {
  const [queues, posts] = [await startQueues(), await startPosts()];
  const queue = await queues.createQueue();
  const sqs = carry(queues.sqs, posts.eu);
  for (const id of ['a', 'b']) {
    await posts.eu.run(undefined, async () => {
      await posts.write(id);
      await sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: id }));
    });
  }
  await posts.replicate('a');
  const failures: BatchFailure<SqsRecord>[] = [];
  const results: (string | undefined)[] = [];
  const handler = sqsBatch(
    posts.us,
    async ({ body }) => {
      results.push(await posts.read(body));
    },
    {
      ...CONFIRMED,
      timeoutMs: 0,
      onTimeout: 'requeue',
      sqs: queues.sqs,
      queueUrl: queue.url,
      onFailure: (failure) => failures.push(failure),
    },
  );
  const returned: string[] = [];
  while (results.length + returned.length < 2)
    returned.push(...(await queues.deliver(queue, handler)));
  expect(results).toEqual(['text of a']);
  expect(failures).toMatchObject([
    { record: { body: 'b' }, error: { code: 'wait_timed_out' }, delaySeconds: 1 },
  ]);
  await posts.replicate('b');
  // Not after the queue's visibility timeout, which is 30 s.
  while (results.length < 2) await queues.deliver(queue, handler);
  expect(results).toEqual(['text of a', 'text of b']);
});

test('requeue: a FIFO queue keeps the order of a group, also across a message that goes back', async () => {
  const [queues, posts] = [await startQueues(), await startPosts()];
  const queue = await queues.createQueue('posts.fifo', {
    FifoQueue: 'true',
    ContentBasedDeduplication: 'true',
  });
  const sqs = carry(queues.sqs, posts.eu);
  for (const [id, MessageGroupId] of [
    ['a', 'x'],
    ['b', 'x'],
    ['c', 'y'],
    ['d', 'x'],
  ] as const) {
    await posts.eu.run(undefined, async () => {
      await posts.write(id);
      if (id !== 'a') await posts.replicate(id);
      await sqs.send(
        new SendMessageCommand({ QueueUrl: queue.url, MessageBody: id, MessageGroupId }),
      );
    });
  }
  const order: string[] = [];
  const handler = sqsBatch(
    posts.us,
    async ({ body }) => {
      await posts.read(body);
      order.push(body);
    },
    {
      ...CONFIRMED,
      timeoutMs: 0,
      onTimeout: 'requeue',
      sqs: queues.sqs,
      queueUrl: queue.url,
      onFailure: () => undefined,
    },
  );
  while (order.length < 1) await queues.deliver(queue, handler);
  expect(order).toEqual(['c']);
  await posts.replicate('a');
  while (order.length < 4) await queues.deliver(queue, handler);
  expect(order).toEqual(['c', 'a', 'b', 'd']);
});
