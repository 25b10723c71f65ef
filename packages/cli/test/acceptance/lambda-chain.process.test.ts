import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeBookmark, mergeBookmarks, parseBookmark } from '@rendezvous/protocol';
import type { FunctionLogLine, FunctionOptions } from '@rendezvous/testkit';
import { expect, test } from 'vitest';
import { bundleTestFunctions, startLambda, startPostsNode, startQueues } from '../lambda-setup.js';

/** The bookmarks that a function logged after a word. */
function bookmarksIn(
  log: readonly FunctionLogLine[],
  functionName: string,
  word: string,
): string[] {
  return log
    .filter((line) => line.functionName === functionName)
    .flatMap(({ line }) => new RegExp(`\\t${word} (\\S+)$`).exec(line)?.[1] ?? []);
}

/** What both cover, as a third function gets it. */
function merged(a: string | undefined, b: string | undefined): string {
  const [first, second] = [a, b].map((text) => parseBookmark(text ?? '', 'default'));
  if (first === undefined || second === undefined) throw new Error('two bookmarks');
  return encodeBookmark(mergeBookmarks(first, second));
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}

test('a message through SNS, SQS, Lambda, SNS, SQS and Lambda carries the merge of all writes, also after two retries and a dead-letter redrive', async () => {
  const [node, queues, directory] = await Promise.all([
    startPostsNode(),
    startQueues(),
    bundleTestFunctions(),
  ]);
  const { sqs } = queues;
  const dead = await queues.createQueue('dead');
  const one = await queues.createQueue('one', {
    VisibilityTimeout: '1',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: '3' }),
  });
  const two = await queues.createQueue('two');
  const topicOne = await queues.createTopic('one', one);
  const topicTwo = await queues.createTopic('two', two);
  const failFile = join(directory, 'fail');
  await writeFile(failFile, '');

  const toFunction = (name: string, handler: string, topicArn: string): FunctionOptions => ({
    name,
    handler: `relay.${handler}`,
    directory,
    environment: {
      AWS_ENDPOINT_URL: queues.server.endpoint,
      TOPIC_ARN: topicArn,
      RENDEZVOUS_REGION: 'eu',
      RENDEZVOUS_NODES: node.url,
      ...(name === 'one' && { FAIL_FILE: failFile }),
    },
  });
  const { lambda, log, invoke } = await startLambda([
    toFunction('start', 'start', topicOne),
    toFunction('one', 'relay', topicTwo),
    toFunction('two', 'relay', ''),
  ]);
  for (const [functionName, { url: queueUrl }] of [['one', one] as const, ['two', two] as const]) {
    const { endpoint } = queues.server;
    await lambda.mapQueue({ functionName, queueUrl, endpoint, reportBatchItemFailures: true });
  }

  await invoke('start', { body: 'post' });
  const receive = { QueueUrl: dead.url, WaitTimeSeconds: 20, MessageAttributeNames: ['All'] };
  const { Messages: [letter] = [] } = await sqs.receiveMessage(receive);
  const [written] = bookmarksIn(log, 'start', 'wrote');
  // The first time, and two retries: the message never lost what it brought.
  expect(bookmarksIn(log, 'one', 'came')).toEqual([written, written, written]);

  await rm(failFile);
  // As SQS' redrive does: the same body and attributes, in a new message.
  const { Body: MessageBody, MessageAttributes } = letter ?? {};
  await sqs.sendMessage({ QueueUrl: one.url, MessageBody, MessageAttributes });
  await until(() => bookmarksIn(log, 'two', 'wrote').length === 1);
  const [writtenByOne] = bookmarksIn(log, 'one', 'wrote');
  const [came] = bookmarksIn(log, 'two', 'came');
  expect(came).toBe(merged(written, writtenByOne));
  const all = parseBookmark(bookmarksIn(log, 'two', 'wrote')[0] ?? '', 'default');
  // Three requests, and three opens in the one journal.
  expect(all.rids).toHaveLength(3);
  expect([...all.positions.values()]).toEqual([3]);
});
