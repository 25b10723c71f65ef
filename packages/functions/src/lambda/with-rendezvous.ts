import type { PolicyOverrides, Rendezvous } from '@rendezvous/client';
import { extractFromEvent } from './extract-event.js';
import type { ExtractEventOptions } from './extract-event.js';
import { assertPolicy, budgetMsOf, flushBeforeFreeze } from './invocation.js';
import type { LambdaContext } from './invocation.js';

/** Policies of all reads and writes inside, and how the event is read. */
export interface WithRendezvousOptions extends PolicyOverrides, ExtractEventOptions {}

/**
 * Runs every invocation of a Lambda handler as a request that begins with the bookmark of its event.
 * Reads inside wait at most until 500 ms before the function's end; opens that are not acknowledged yet
 * are given up to a second before the function freezes. It adds no failure of its own: what the handler
 * returns or throws is what Lambda gets.
 *
 * An event with several records is one request here, which begins with all their bookmarks merged, so
 * that each read waits for the writes of all. `sqsBatch` and `recordBatch` give each record its own. The
 * policy `requeue` throws here. Handlers that stream or take a callback are not supported.
 *
 * Throws `config_invalid`.
 *
 * @example
 * export const handler = withRendezvous(rv, async (event) => {
 *   await db.send(new PutCommand({ TableName: 'posts', Item: event }));
 *   await sns.send(new PublishCommand({ TopicArn, Message: event.id }));
 * });
 */
export function withRendezvous<
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in @types/aws-lambda: without an annotation an event is whatever its source sends
  Event = any,
  Context extends LambdaContext = LambdaContext,
  Result = unknown,
>(
  rv: Rendezvous,
  handler: (event: Event, context: Context) => Result | Promise<Result>,
  { trustHttp, ...policy }: WithRendezvousOptions = {},
): (event: Event, context: Context) => Promise<Result> {
  assertPolicy(rv, policy);
  return async (event, context) => {
    const bookmarks = extractFromEvent(rv, event, context, { trustHttp });
    const call = { ...policy, budgetMs: budgetMsOf(context) };
    try {
      return await rv.run(bookmarks, () => rv.with(call, async () => handler(event, context)));
    } finally {
      await flushBeforeFreeze(rv, context);
    }
  };
}
