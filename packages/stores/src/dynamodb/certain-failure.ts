/** What an error of DynamoDB proves about a write. */
import { isFirstRefusal, type SdkError } from '../aws-sdk/first-refusal.js';

interface DynamoDBError extends SdkError {
  readonly CancellationReasons?: readonly { readonly Code?: string }[];
}

/** A refusal that speaks of an earlier request with the same token. */
const OF_ANOTHER_REQUEST: ReadonlySet<string> = new Set([
  'TransactionInProgressException',
  'IdempotentParameterMismatchException',
]);

/** Whether nothing was written and nothing will be. */
export function isCertainFailure(error: unknown): boolean {
  const { name = '' } = (error ?? {}) as SdkError;
  return isFirstRefusal(error) && !OF_ANOTHER_REQUEST.has(name);
}

/** Whether the request itself was refused, so that one without a marker may be accepted (its size). */
export function isInvalidRequest(error: unknown): boolean {
  const { name, CancellationReasons = [] } = (error ?? {}) as DynamoDBError;
  if (!isCertainFailure(error)) return false;
  return (
    name === 'ValidationException' ||
    CancellationReasons.some(({ Code }) => Code === 'ValidationError')
  );
}
