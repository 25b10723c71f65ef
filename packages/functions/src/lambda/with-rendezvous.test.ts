import type { Context, Handler, SNSHandler } from 'aws-lambda';
import { createRendezvous } from '@rendezvous/client';
import { startDelayProxy, startNode } from '@rendezvous/testkit';
import { expect, test, vi } from 'vitest';
import { BOOKMARK, MERGED, OTHER, createCarrying } from '../../test/bookmarks.js';
import {
  S3_RECORD,
  toDynamoDbRecord,
  toEventBridgeEvent,
  toFunctionUrlEvent,
  toKinesisRecord,
  toSnsRecord,
  toSqsRecord,
} from '../../test/lambda-events.js';
import { CONTEXT } from '../../test/local-queues.js';
import { startPosts } from '../../test/replicated-posts.js';
import type { LambdaContext } from './invocation.js';
import { recordBatch } from './record-batch.js';
import { withRendezvous } from './with-rendezvous.js';

// A machine under load takes its time to start a node, or to load the SDK.
vi.setConfig({ testTimeout: 20_000 });

const baggage = (bookmark: string): string => `rendezvous=${bookmark}`;
const toAttributes = (bookmark: string) => ({
  baggage: { DataType: 'String', StringValue: baggage(bookmark) },
});
const toData = (bookmark: string): Uint8Array =>
  new TextEncoder().encode(`{"_rendezvous":"${baggage(bookmark)}"}`);
const toImage = (bookmark: string) => ({ _rendezvous: { S: baggage(bookmark) } });

test.each([
  ['SQS', { Records: [toSqsRecord('a', toAttributes(BOOKMARK))] }, BOOKMARK],
  ['SNS', { Records: [toSnsRecord('a', toAttributes(BOOKMARK))] }, BOOKMARK],
  ['Kinesis', { Records: [toKinesisRecord(toData(BOOKMARK))] }, BOOKMARK],
  ['DynamoDB Streams', { Records: [toDynamoDbRecord(toImage(BOOKMARK))] }, BOOKMARK],
  ['S3, which carries none', { Records: [S3_RECORD] }, undefined],
  ['EventBridge', toEventBridgeEvent(`{"_rendezvous":"${baggage(BOOKMARK)}"}`), BOOKMARK],
  ['Step Functions, or an asynchronous invocation', { _rendezvous: baggage(BOOKMARK) }, BOOKMARK],
  [
    'a batch, merged',
    {
      Records: [
        toSqsRecord('a', toAttributes(BOOKMARK)),
        toSqsRecord('b'),
        toSqsRecord('c', toAttributes(OTHER)),
      ],
    },
    MERGED,
  ],
  [
    'an HTTP event, which is not trusted',
    toFunctionUrlEvent({ baggage: baggage(BOOKMARK) }),
    undefined,
  ],
  ['nothing at all', undefined, undefined],
  ['a text', 'text', undefined],
])('the request begins with the bookmark of the event: %s', async (_source, event, expected) => {
  const rv = createCarrying();
  const handler = withRendezvous(rv, () => rv.current());
  await expect(handler(event, CONTEXT)).resolves.toBe(expected);
  expect(rv.counters.bookmarksDropped).toBe(0);
});

test('a synchronous invocation carries it in its client context', async () => {
  const rv = createCarrying();
  const handler = withRendezvous(rv, (event: { id: number }) => [event.id, rv.current()]);
  const context = { ...CONTEXT, clientContext: { custom: { baggage: baggage(BOOKMARK) } } };
  await expect(handler({ id: 1 }, context)).resolves.toEqual([1, BOOKMARK]);
});

test('an HTTP event is believed where the user says so', async () => {
  const rv = createCarrying();
  const handler = withRendezvous(rv, () => rv.current(), { trustHttp: true });
  const multiValueHeaders = { Baggage: [baggage(BOOKMARK), baggage(OTHER)] };
  await expect(handler(toFunctionUrlEvent({ baggage: baggage(BOOKMARK) }), CONTEXT)).resolves.toBe(
    BOOKMARK,
  );
  await expect(
    handler({ requestContext: {}, headers: null, multiValueHeaders }, CONTEXT),
  ).resolves.toBe(MERGED);
});

test('an invocation does not outlive its function, and knows nothing of the one before', async () => {
  const posts = await startPosts({ timeoutMs: 60_000 });
  let bookmark: string | undefined;
  const writer = withRendezvous(posts.eu, async () => {
    expect(posts.eu.current()).toBeUndefined();
    await posts.write('a');
    bookmark = posts.eu.current();
  });
  await writer({}, CONTEXT);
  await writer({}, CONTEXT);
  const reader = withRendezvous(posts.us, () => posts.read('a'), { onTimeout: 'requeue' });
  const nearlyOver = { getRemainingTimeInMillis: () => 501 };
  const event = { _rendezvous: `rendezvous=${bookmark ?? ''}` };
  // There is nobody to give it back to.
  await expect(reader(event, nearlyOver)).rejects.toMatchObject({ code: 'wait_timed_out' });
});

test('an open that was not acknowledged in time is, before the function freezes', async () => {
  await using node = await startNode({ regions: ['eu'], stores: [], strategies: {} });
  await using proxy = await startDelayProxy({ targetPort: node.port });
  const nodes = `ws://127.0.0.1:${proxy.port}`;
  await using rv = createRendezvous({
    region: 'eu',
    nodes,
    openTimeoutMs: 0,
    log: () => undefined,
  });
  await rv.wait({ bookmark: BOOKMARK, timeoutMs: 0 });
  const handler = withRendezvous(rv, async () => {
    proxy.pause();
    const { acknowledged } = await rv.open({ store: 'posts' });
    proxy.resume();
    return acknowledged;
  });
  await expect(handler({}, CONTEXT)).resolves.toBe(false);
  await expect(rv.flush({ timeoutMs: 0 })).resolves.toBe(true);
});

test('what the handler returns or throws is what Lambda gets', async () => {
  const rv = createCarrying();
  const error = new Error('the own affair of the user');
  const failing = withRendezvous(rv, () => {
    throw error;
  });
  await expect(failing({}, CONTEXT)).rejects.toBe(error);
  await expect(withRendezvous(rv, async () => 'done')({}, {})).resolves.toBe('done');
  expect(() => withRendezvous(rv, () => 0, { timeoutMs: -1 })).toThrow(/"timeoutMs" is -1/);
  const typed: Handler<{ id: string }, string> = withRendezvous(
    rv,
    ({ id }: { id: string }, context: Context) => id + context.awsRequestId,
  );
  // Nobody has to say what the event is.
  await expect(withRendezvous(rv, ({ id }) => String(id))({ id: 1 }, {})).resolves.toBe('1');
  const topic: SNSHandler = withRendezvous(rv, () => undefined);
  expect([typed, topic]).toHaveLength(2);
});

test('records of a stream run in order up to the first that fails, and Lambda is told where', async () => {
  const rv = createCarrying();
  const seen: (string | undefined)[] = [];
  const handler = recordBatch(
    rv,
    async ({ kinesis }: ReturnType<typeof toKinesisRecord>) => {
      seen.push(rv.current());
      if (kinesis.sequenceNumber === '2') throw new Error('later');
    },
    { reportsBatchItemFailures: true, onFailure: () => undefined },
  );
  const Records = [
    toKinesisRecord(toData(BOOKMARK), '1'),
    toKinesisRecord(toData(OTHER), '2'),
    toKinesisRecord(toData(BOOKMARK), '3'),
  ];
  await expect(handler({ Records }, CONTEXT)).resolves.toEqual({
    batchItemFailures: [{ itemIdentifier: '2' }],
  });
  expect(seen).toEqual([BOOKMARK, OTHER]);
  await expect(handler({ Records: Records.slice(2) }, CONTEXT)).resolves.toEqual({
    batchItemFailures: [],
  });
});

test('records of other sources run all, and the first error ends the batch', async () => {
  const rv = createCarrying();
  const seen: string[] = [];
  const handler = recordBatch(
    rv,
    ({ Sns }: ReturnType<typeof toSnsRecord>, _context: LambdaContext) => {
      seen.push(Sns.Message);
      if (Sns.Message !== 'b') throw new Error(`no ${Sns.Message}`);
    },
    { onFailure: () => undefined },
  );
  const Records = ['a', 'b', 'c'].map((message) => toSnsRecord(message));
  await expect(handler({ Records }, CONTEXT)).rejects.toThrow('no a');
  expect(seen).toEqual(['a', 'b', 'c']);
});
