/** What a function that reports failures by record says of a batch (AWS: "Handling errors for an SQS event source"). Pure. */
import type { InvocationOutcome } from './invocation.js';

/**
 * The messages, by id, that go back to the queue: those that the answer names; all, when the function
 * failed or its answer makes no sense; none, when it names none.
 */
export function failedMessages(
  outcome: InvocationOutcome,
  messageIds: readonly string[],
  reportsFailures: boolean,
): ReadonlySet<string> {
  const all = new Set(messageIds);
  if (outcome.kind !== 'success') return all;
  if (!reportsFailures) return new Set();
  const answer = parse(outcome.payload);
  if (answer === null || answer === undefined) return new Set();
  if (typeof answer !== 'object') return all;
  const { batchItemFailures } = answer as { readonly batchItemFailures?: unknown };
  if (batchItemFailures === null || batchItemFailures === undefined) return new Set();
  if (!Array.isArray(batchItemFailures)) return all;
  const failed = new Set<string>();
  for (const failure of batchItemFailures) {
    const id = (failure as { readonly itemIdentifier?: unknown } | null)?.itemIdentifier;
    if (typeof id !== 'string' || !all.has(id)) return all;
    failed.add(id);
  }
  return failed;
}

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return 'not JSON';
  }
}
