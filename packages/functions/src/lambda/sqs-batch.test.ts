import type { SQSHandler, SQSRecord } from 'aws-lambda';
import { expect, onTestFinished, test, vi } from 'vitest';
import { BOOKMARK, OTHER, createCarrying } from '../../test/bookmarks.js';
import { toSqsRecord } from '../../test/lambda-events.js';
import { CONTEXT } from '../../test/local-queues.js';
import { startPosts } from '../../test/replicated-posts.js';
import type { BatchFailure } from './batch-options.js';
import { sqsBatch } from './sqs-batch.js';
import type { SqsRecord } from './sqs-record.js';

// A machine under load takes its time to start a node, or to load the SDK.
vi.setConfig({ testTimeout: 20_000 });

const QUIET = { reportsBatchItemFailures: true, onFailure: () => undefined } as const;

interface RecordOptions {
  readonly bookmark?: string | undefined;
  readonly receiveCount?: number;
  readonly group?: string;
}

function createRecord(
  id: string,
  { bookmark, receiveCount = 1, group }: RecordOptions = {},
): SQSRecord {
  const baggage = { DataType: 'String', StringValue: `rendezvous=${bookmark ?? ''}` };
  const record = toSqsRecord(id, bookmark === undefined ? {} : { baggage });
  return {
    ...record,
    messageId: id,
    attributes: {
      ...record.attributes,
      ApproximateReceiveCount: String(receiveCount),
      ...(group !== undefined && { MessageGroupId: group }),
    },
    eventSourceARN: `arn:aws:sqs:us-east-2:123456789012:posts${group === undefined ? '' : '.fifo'}`,
  };
}

function listenToWarnings(): readonly Error[] {
  const warnings: Error[] = [];
  const listen = (warning: Error): void => void warnings.push(warning);
  process.on('warning', listen);
  onTestFinished(() => void process.off('warning', listen));
  return warnings;
}

/** Warnings are told in the next turn. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('each record is a request of its own', async () => {
  const rv = createCarrying();
  const seen: Record<string, string | undefined> = {};
  const handler: SQSHandler = sqsBatch(rv, async ({ body }) => {
    await nextTurn();
    seen[body] = rv.current();
  });
  const records = [
    createRecord('a', { bookmark: BOOKMARK }),
    createRecord('b', { bookmark: OTHER }),
    createRecord('c'),
  ];
  const response = await sqsBatch(rv, async ({ body }: SQSRecord) => {
    await nextTurn();
    seen[body] = rv.current();
  })({ Records: records }, CONTEXT);
  expect(response).toEqual({ batchItemFailures: [] });
  expect(seen).toEqual({ a: BOOKMARK, b: OTHER, c: undefined });
  expect(handler).toBeTypeOf('function');
});

test('what fails is given back, told of, and warned of once unless the setting is confirmed', async () => {
  const warnings = listenToWarnings();
  const rv = createCarrying();
  const failures: BatchFailure<SqsRecord>[] = [];
  const onFailure = (failure: BatchFailure<SqsRecord>): void => void failures.push(failure);
  const fail = ({ body }: SqsRecord): void => {
    if (body !== 'b') throw new Error(`no ${body}`);
  };
  const Records = ['a', 'b', 'c'].map((id) => createRecord(id));
  for (const options of [{ onFailure }, { onFailure, reportsBatchItemFailures: true }]) {
    const handler = sqsBatch(rv, fail, options);
    for (let call = 0; call < 2; call++) {
      await expect(handler({ Records }, CONTEXT)).resolves.toEqual({
        batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'c' }],
      });
    }
  }
  await nextTurn();
  expect(failures).toHaveLength(8);
  expect(failures[0]).toMatchObject({ record: { body: 'a' }, error: { message: 'no a' } });
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining('ReportBatchItemFailures'),
  ]);
});

test('a FIFO group stops at its first failure; the rest goes back unprocessed, other groups go on', async () => {
  const rv = createCarrying();
  const processed: string[] = [];
  const handler = sqsBatch(
    rv,
    async ({ body }) => {
      await nextTurn();
      processed.push(body);
      if (body === 'a2') throw new Error('later');
    },
    QUIET,
  );
  const Records = ['a1', 'b1', 'a2', 'a3', 'b2'].map((id) =>
    createRecord(id, { group: id.charAt(0) }),
  );
  const { batchItemFailures } = await handler({ Records }, CONTEXT);
  expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['a2', 'a3']);
  expect([...processed].sort()).toEqual(['a1', 'a2', 'b1', 'b2']);
});

test('no more records are in progress at once than the option says', async () => {
  const rv = createCarrying();
  let [running, most] = [0, 0];
  const handler = sqsBatch(
    rv,
    async () => {
      most = Math.max(most, ++running);
      await nextTurn();
      running -= 1;
    },
    { concurrencyMax: 2 },
  );
  await handler({ Records: ['a', 'b', 'c', 'd', 'e'].map((id) => createRecord(id)) }, CONTEXT);
  expect(most).toBe(2);
});

test('requeue sets when the message comes back; a failure to do so fails nothing', async () => {
  const posts = await startPosts();
  const bookmark = await posts.eu.run(undefined, async () => {
    await posts.write('a');
    return posts.eu.current();
  });
  const inputs: unknown[] = [];
  const sqs = {
    changeMessageVisibility: async (input: unknown): Promise<void> => {
      inputs.push(input);
      throw new Error('not allowed');
    },
  };
  const failures: BatchFailure<SqsRecord>[] = [];
  const onFailure = (failure: BatchFailure<SqsRecord>): void => void failures.push(failure);
  const options = { ...QUIET, timeoutMs: 0, onTimeout: 'requeue', sqs, onFailure } as const;
  const handler = sqsBatch(posts.us, ({ body }) => posts.read(body), options);
  const { batchItemFailures } = await handler(
    { Records: [createRecord('a', { bookmark })] },
    CONTEXT,
  );
  expect(batchItemFailures).toEqual([{ itemIdentifier: 'a' }]);
  expect(inputs).toEqual([
    {
      QueueUrl: 'https://sqs.us-east-2.amazonaws.com/123456789012/posts',
      ReceiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...',
      VisibilityTimeout: 1,
    },
  ]);
  expect(failures).toMatchObject([
    { error: { code: 'wait_timed_out' }, delaySeconds: 1 },
    { error: { message: 'not allowed' } },
  ]);
  expect(posts.us.counters.requeuedReads).toBe(1);
});

test('a message that went back often enough blocks until its data is there', async () => {
  const posts = await startPosts();
  const bookmark = await posts.eu.run(undefined, async () => {
    await posts.write('a');
    return posts.eu.current();
  });
  const results: (string | undefined)[] = [];
  const handler = sqsBatch(
    posts.us,
    async ({ body }) => {
      const reading = posts.read(body);
      await posts.replicate('a');
      results.push(await reading);
    },
    { ...QUIET, timeoutMs: 0, onTimeout: 'requeue', requeueMax: 3 },
  );
  const deliver = (receiveCount: number): Promise<unknown> =>
    handler({ Records: [createRecord('a', { bookmark, receiveCount })] }, CONTEXT);
  await expect(deliver(4)).resolves.toEqual({ batchItemFailures: [] });
  expect(results).toEqual(['text of a']);
  expect(posts.us.counters).toMatchObject({ prevented: 1, requeuedReads: 0 });
});

test('no wait goes beyond 500 ms before the end of the function', async () => {
  const posts = await startPosts({ timeoutMs: 60_000 });
  const bookmark = await posts.eu.run(undefined, async () => {
    await posts.write('a');
    return posts.eu.current();
  });
  const failures: BatchFailure<SqsRecord>[] = [];
  const onFailure = (failure: BatchFailure<SqsRecord>): void => void failures.push(failure);
  const handler = sqsBatch(posts.us, ({ body }) => posts.read(body), { ...QUIET, onFailure });
  const nearlyOver = { getRemainingTimeInMillis: () => 501 };
  await handler({ Records: [createRecord('a', { bookmark })] }, nearlyOver);
  expect(failures).toMatchObject([{ error: { code: 'wait_timed_out' } }]);
});

test('a mistake in the options is refused when the handler is made', () => {
  const rv = createCarrying();
  const make = (options: object) => () => sqsBatch(rv, () => undefined, options);
  expect(make({ requeueMax: -1 })).toThrow(/"requeueMax" is -1: it must be a whole number/);
  expect(make({ concurrencyMax: 0 })).toThrow(/"concurrencyMax"/);
  expect(make({ onTimeout: 'sometimes' })).toThrow(/"onTimeout"/);
  expect(make({ requeueMaximum: 1 })).toThrow(/no option "requeueMaximum"/);
});
