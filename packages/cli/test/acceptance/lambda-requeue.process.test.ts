import { setTimeout as sleep } from 'node:timers/promises';
import { startNode, type FunctionOptions } from '@rendezvous/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createStrategies } from '../../src/config/strategies.js';
import { bundleFunctions } from '../../src/demo/lambda/bundle-functions.js';
import { loadDemoStore } from '../../src/demo/stores/load-demo-store.js';
import { bundleTestFunctions, startLambda, startQueues } from '../lambda-setup.js';
import { createFolder } from '../running-command.js';

const POSTS = Array.from({ length: 5 }, (_, index) => `post-${index}`);
/** How long the replica stands still after the last write. */
const PAUSE_MS = 5_000;

/** How long a read waits under each policy before it gives up: to block means as long as it takes. */
const WAIT_MS = { requeue: 500, throw: 500, block: 25_000 } as const;
const POLICIES = ['requeue', 'throw', 'block'] as const;

test('requeue under a paused replica: after it resumes every message comes back, none is lost or read stale', async () => {
  const store = await loadDemoStore('postgres');
  const pair = await store.startPair(20);
  onTestFinished(() => pair[Symbol.asyncDispose]());
  const { primary, replica } = pair;
  const node = await startNode({
    regions: ['eu', 'us'],
    strategies: createStrategies(),
    stores: [
      {
        name: 'posts',
        kind: 'postgres',
        home: 'eu',
        regions: { eu: [primary.url], us: [replica.url] },
      },
    ],
  });
  onTestFinished(() => node.shutdown());
  const writerDirectory = await createFolder();
  const [readerDirectory, queues] = await Promise.all([
    bundleTestFunctions(),
    startQueues(),
    bundleFunctions('src', writerDirectory),
  ]);
  const { endpoint } = queues.server;
  const { TopicArn = '' } = await queues.sns.createTopic({ Name: 'posts' });
  const readers = await Promise.all(
    POLICIES.map(async (policy) => {
      const queue = await queues.createQueue(policy, { VisibilityTimeout: '1' });
      return { policy, queue };
    }),
  );
  // A blocked reader keeps its message for longer.
  await queues.sqs.setQueueAttributes({
    QueueUrl: readers.find(({ policy }) => policy === 'block')?.queue.url,
    Attributes: { VisibilityTimeout: '60' },
  });
  for (const { queue } of readers) await queues.createTopic('posts', queue);

  const common = { AWS_ENDPOINT_URL: endpoint, TOPIC_ARN: TopicArn };
  const functions: FunctionOptions[] = readers.map(({ policy, queue }) => ({
    name: policy,
    handler: 'policy-reader.handler',
    directory: readerDirectory,
    timeoutMs: 30_000,
    environment: {
      ...common,
      DATABASE_URL: replica.url,
      QUEUE_URL: queue.url,
      POLICY: policy,
      RENDEZVOUS_REGION: 'us',
      RENDEZVOUS_NODES: node.url,
      RENDEZVOUS_TIMEOUT_MS: String(WAIT_MS[policy]),
    },
  }));
  const { lambda, log, reports, invoke } = await startLambda([
    {
      name: 'writer',
      handler: 'writer.handler',
      directory: writerDirectory,
      environment: {
        ...common,
        DATABASE_URL: primary.url,
        RENDEZVOUS_REGION: 'eu',
        RENDEZVOUS_NODES: node.url,
      },
    },
    ...functions,
  ]);
  for (const { policy: functionName, queue } of readers) {
    const options = { functionName, queueUrl: queue.url, endpoint, batchSize: 1 };
    await lambda.mapQueue({ ...options, concurrencyMax: 2, reportBatchItemFailures: true });
  }

  await pair.lag.pause();
  for (const id of POSTS) await invoke('writer', { id, text: 'text' });
  await sleep(PAUSE_MS);
  const said = (word: string): string[] =>
    log.flatMap(({ functionName, line }) => {
      const [, id] = new RegExp(`\\t${word} (\\S+)$`).exec(line) ?? [];
      return id === undefined ? [] : [`${functionName} ${id}`];
    });
  expect([...said('found'), ...said('missing')]).toEqual([]);
  await pair.lag.resume();
  const expected = POLICIES.flatMap((policy) => POSTS.map((id) => `${policy} ${id}`)).toSorted();
  while (new Set(said('found')).size < expected.length) await sleep(20);
  expect([...new Set(said('found'))].toSorted()).toEqual(expected);
  expect(said('missing')).toEqual([]);

  const billed = POLICIES.map((policy) => {
    const own = reports.filter(({ functionName }) => functionName === policy);
    const billedMs = own.reduce((sum, { billedMs: ms, initMs }) => sum + ms - initMs, 0);
    return `${policy} ${billedMs.toFixed(0)} ms in ${own.length} invocations`;
  });
  console.log(`Billed for ${POSTS.length} reads, without starts: ${billed.join('; ')}`);
});
