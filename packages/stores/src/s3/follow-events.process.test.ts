// Events of buckets from a real queue: the AWS SDK, and a local SQS.
import { SQS } from '@aws-sdk/client-sqs';
import { startMessageServer } from '@rendezvous/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { loadClient } from '../aws-sdk/load-client.js';
import { until } from '../conformance/until.js';
import { followEvents } from './follow-events.js';
import type { QueueClient } from './monitor-driver.js';
import { decodePlace } from './object-place.js';

vi.setConfig({ testTimeout: 20_000 });

const CREDENTIALS = { accessKeyId: 'any', secretAccessKey: 'any' };

/** As S3 sends it for an object with this (URL-encoded) key. */
function createEvent(key: string): string {
  const s3 = { bucket: { name: 'photos-us' }, object: { key } };
  return JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3 }] });
}

interface Setup {
  readonly sqs: SQS;
  readonly queueUrl: string;
  /** Keys of objects that the monitor was told to look at. */
  readonly hinted: string[];
  /** Messages that are in the queue, at a reader or not. */
  readonly countMessages: () => Promise<number>;
}

/** A monitor's follower of a queue, with its own client. */
async function setup(): Promise<Setup> {
  const server = await startMessageServer();
  const { endpoint } = server;
  const options = { endpoint, region: 'us-east-1', credentials: CREDENTIALS };
  const sqs = new SQS(options);
  const { QueueUrl: queue = '' } = await sqs.createQueue({ QueueName: 'bucket-events' });
  // Of its own: the follower's ends with it. Not by the queue's URL, whose name not every machine resolves.
  const client = await loadClient<QueueClient>('@aws-sdk/client-sqs', 'SQS', options);
  const hinted: string[] = [];
  const stop = new AbortController();
  const following = followEvents({
    client,
    queue,
    homeNames: new Map([['photos-us', 'photos']]),
    onChanged: (keys) => {
      const places = keys.map((key) => decodePlace(key));
      hinted.push(...places.map((place) => `${place?.bucket ?? ''}/${place?.key ?? ''}`));
    },
    signal: stop.signal,
  });
  onTestFinished(async () => {
    stop.abort();
    await following;
    client.destroy();
    sqs.destroy();
    await server.shutdown();
  });
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const countMessages = async (): Promise<number> => {
    const query = { QueueUrl: queue, AttributeNames: [...names] };
    const { Attributes = {} } = await sqs.getQueueAttributes(query);
    return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  };
  return { sqs, queueUrl: queue, hinted, countMessages };
}

test('events say where to look, by the names that buckets have at home, and leave the queue', async () => {
  const { sqs, queueUrl, hinted, countMessages } = await setup();
  await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: createEvent('a+cat%21.jpg') });
  await until('the first event is a hint', async () => hinted.length === 1);
  await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: 'nonsense' });
  await sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: createEvent('b') });
  await until('the second is one, too', async () => hinted.length === 2);
  expect(hinted).toEqual(['photos/a cat!.jpg', 'photos/b']);
  // What tells of nothing leaves it too: it would come back for ever.
  await until('the queue is empty', async () => (await countMessages()) === 0);
});
