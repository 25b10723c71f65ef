import type { Rendezvous } from '@rendezvous/client';
import {
  CONCURRENCY_DEFAULT,
  CONCURRENCY_MAX,
  assertInteger,
  createSettingWarning,
  logFailure,
} from './batch-options.js';
import type { BatchOptions, BatchResponse } from './batch-options.js';
import { extractFromRecord } from './extract-event.js';
import { assertPolicy, budgetMsOf, flushBeforeFreeze } from './invocation.js';
import type { LambdaContext } from './invocation.js';
import { processGroups } from './process-groups.js';

/** A record of a stream, where it says how Lambda names it. */
interface StreamRecord {
  readonly kinesis?: { readonly sequenceNumber: string };
  readonly dynamodb?: { readonly SequenceNumber?: string | undefined } | undefined;
}

/**
 * A Lambda handler for any source that delivers records: Kinesis, DynamoDB Streams, SNS, S3. (SQS has
 * `sqsBatch`.) Each record is a request of its own, which begins with the record's bookmark.
 *
 * Records of a stream run in order up to the first whose handler rejects; Lambda is told to go on there.
 * THE EVENT SOURCE MAPPING MUST HAVE `FunctionResponseTypes: [ReportBatchItemFailures]`: without it Lambda
 * goes on behind the batch. Records of other sources run beside each other, and the batch rejects with
 * the first error once all are done; Lambda then repeats the event. Nothing can be requeued: the policy
 * `requeue` throws.
 *
 * Throws `config_invalid`.
 *
 * @example
 * export const handler = recordBatch(rv, async ({ dynamodb }: DynamoDBRecord) => {
 *   await index.upsert(unmarshall(dynamodb.NewImage));
 * });
 */
export function recordBatch<Item extends object, Context extends LambdaContext = LambdaContext>(
  rv: Rendezvous,
  recordHandler: (record: Item, context: Context) => unknown,
  options: BatchOptions<Item> = {},
): (event: { readonly Records: readonly Item[] }, context: Context) => Promise<BatchResponse> {
  const {
    concurrencyMax = CONCURRENCY_DEFAULT,
    onFailure = logFailure,
    reportsBatchItemFailures = false,
    ...policy
  } = options;
  assertInteger('concurrencyMax', concurrencyMax, 1, CONCURRENCY_MAX);
  assertPolicy(rv, policy);
  const warnOfSetting = createSettingWarning(reportsBatchItemFailures);

  return async ({ Records: records }, context) => {
    const isStream = records.some((record) => sequenceNumberOf(record) !== undefined);
    const groups = isStream ? [records] : records.map((record) => [record]);
    const failures = await processGroups(groups, concurrencyMax, (record) => {
      const call = { ...policy, budgetMs: budgetMsOf(context) };
      const bookmark = extractFromRecord(rv, record);
      return rv.run(bookmark, () => rv.with(call, () => recordHandler(record, context)));
    });
    for (const { item: record, error } of failures) onFailure({ record, error });
    await flushBeforeFreeze(rv, context);
    const [first] = failures;
    if (!first) return { batchItemFailures: [] };
    const itemIdentifier = sequenceNumberOf(first.item);
    if (itemIdentifier === undefined) throw first.error;
    warnOfSetting();
    return { batchItemFailures: [{ itemIdentifier }] };
  };
}

function sequenceNumberOf(record: object): string | undefined {
  const { kinesis, dynamodb } = record as StreamRecord;
  return kinesis?.sequenceNumber ?? dynamodb?.SequenceNumber;
}
