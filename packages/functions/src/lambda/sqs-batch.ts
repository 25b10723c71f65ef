import type { Rendezvous, WaitResult } from '@rendezvous/client';
import { sqsCarrier } from '../carriers/sqs-carrier.js';
import {
  CONCURRENCY_DEFAULT,
  CONCURRENCY_MAX,
  assertInteger,
  createSettingWarning,
  logFailure,
} from './batch-options.js';
import type { BatchOptions, BatchResponse } from './batch-options.js';
import { assertPolicy, budgetMsOf, flushBeforeFreeze } from './invocation.js';
import type { LambdaContext } from './invocation.js';
import { processGroups } from './process-groups.js';
import type { GroupFailure } from './process-groups.js';
import { requeueDelaySeconds } from './requeue-delay.js';
import { toGroups, toQueueUrl } from './sqs-record.js';
import type { SqsRecord, VisibilityClient } from './sqs-record.js';

export interface SqsBatchOptions<Item = SqsRecord> extends BatchOptions<Item> {
  /**
   * How often a message is given back for `requeue`. When it has been received more often, its reads
   * block until 500 ms before the function's end instead. The `maxReceiveCount` of the queue's redrive
   * policy must be greater. 0 to 1,000. Default 3.
   */
  readonly requeueMax?: number | undefined;
  /**
   * The AWS SDK's `new SQS()`, or something with its `changeMessageVisibility`, to set when a message that
   * is given back comes again. Default: none, it comes when the queue's visibility timeout has passed.
   */
  readonly sqs?: VisibilityClient | undefined;
  /** Default: what the record's ARN says. */
  readonly queueUrl?: string | undefined;
}

/**
 * A Lambda handler for an SQS queue. Each record is a request of its own, which begins with the bookmark
 * of its message; records run beside each other, those of a FIFO queue's message group in order.
 *
 * A record whose handler rejects is given back, and the rest of its message group with it; the others
 * are done. THE EVENT SOURCE MAPPING MUST HAVE `FunctionResponseTypes: [ReportBatchItemFailures]`:
 * without it Lambda deletes what is given back.
 *
 * With `onTimeout: 'requeue'` (or `onUnavailable`) a read that did not get to see its data in `timeoutMs`
 * rejects, and the message comes back when the data is expected, instead of keeping a function waiting.
 *
 * Throws `config_invalid`.
 *
 * @example
 * export const handler = sqsBatch(rv, async (record) => {
 *   const { Item } = await db.send(new GetCommand({ TableName: 'posts', Key: { id: record.body } }));
 * }, { timeoutMs: 2_000, onTimeout: 'requeue', requeueMax: 3, sqs: new SQS() });
 */
export function sqsBatch<
  Item extends SqsRecord = SqsRecord,
  Context extends LambdaContext = LambdaContext,
>(
  rv: Rendezvous,
  recordHandler: (record: Item, context: Context) => unknown,
  options: SqsBatchOptions<Item> = {},
): (event: { readonly Records: readonly Item[] }, context: Context) => Promise<BatchResponse> {
  const {
    requeueMax = 3,
    concurrencyMax = CONCURRENCY_DEFAULT,
    sqs,
    queueUrl,
    onFailure = logFailure,
    reportsBatchItemFailures = false,
    ...policy
  } = options;
  assertInteger('requeueMax', requeueMax, 0, 1_000);
  assertInteger('concurrencyMax', concurrencyMax, 1, CONCURRENCY_MAX);
  assertPolicy(rv, policy);
  const warnOfSetting = createSettingWarning(reportsBatchItemFailures);

  return async ({ Records: records }, context) => {
    const answers = new Map<Item, WaitResult>();
    const failures = await processGroups(toGroups(records), concurrencyMax, (record) => {
      const requeue = (answer: WaitResult): unknown => answers.set(record, answer);
      const isExhausted = receiveCountOf(record) > requeueMax;
      const call = {
        ...policy,
        budgetMs: budgetMsOf(context),
        requeue: isExhausted ? ('block' as const) : requeue,
      };
      const bookmark = sqsCarrier.extract(rv, record);
      return rv.run(bookmark, () => rv.with(call, () => recordHandler(record, context)));
    });
    await Promise.all(failures.map((failure) => giveBack(failure, answers.get(failure.item))));
    await flushBeforeFreeze(rv, context);
    const returned = failures.flatMap(({ item, skipped }) => [item, ...skipped]);
    return { batchItemFailures: returned.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };

  async function giveBack(
    { item, error, skipped }: GroupFailure<Item>,
    answer: WaitResult | undefined,
  ): Promise<void> {
    warnOfSetting();
    const delaySeconds = answer && sqs && requeueDelaySeconds(answer, receiveCountOf(item));
    onFailure({ record: item, error, delaySeconds });
    if (!sqs || delaySeconds === undefined) return;
    // The rest of the group comes with it: what comes sooner finds the group locked.
    await Promise.all([item, ...skipped].map((record) => delay(sqs, record, delaySeconds)));
  }

  async function delay(
    client: VisibilityClient,
    record: Item,
    delaySeconds: number,
  ): Promise<void> {
    try {
      await client.changeMessageVisibility({
        QueueUrl: queueUrl ?? toQueueUrl(record.eventSourceARN),
        ReceiptHandle: record.receiptHandle,
        VisibilityTimeout: delaySeconds,
      });
    } catch (error) {
      // It comes back all the same, when the queue's visibility timeout has passed.
      onFailure({ record, error });
    }
  }
}

function receiveCountOf(record: SqsRecord): number {
  return Number(record.attributes.ApproximateReceiveCount);
}
