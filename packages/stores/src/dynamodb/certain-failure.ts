/** What an error of the AWS SDK proves about a write. */

interface SdkError {
  readonly name?: string;
  readonly $fault?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  readonly CancellationReasons?: readonly { readonly Code?: string }[];
}

/** A refusal that speaks of an earlier request with the same token. */
const OF_ANOTHER_REQUEST: ReadonlySet<string> = new Set([
  'TransactionInProgressException',
  'IdempotentParameterMismatchException',
]);

/**
 * Whether nothing was written and nothing will be: DynamoDB refused the first attempt. A refusal of a
 * later one proves nothing, the attempt before may have been carried out and its answer lost (a
 * condition then fails because of the write's own success).
 */
export function isCertainFailure(error: unknown): boolean {
  const { name = '', $fault, $metadata } = (error ?? {}) as SdkError;
  const { httpStatusCode: status = 0, attempts } = $metadata ?? {};
  if ($fault !== 'client' || status < 400 || status > 499) return false;
  return attempts === 1 && !OF_ANOTHER_REQUEST.has(name);
}

/** Whether the request itself was refused, so that one without a marker may be accepted (its size). */
export function isInvalidRequest(error: unknown): boolean {
  const { name, CancellationReasons = [] } = (error ?? {}) as SdkError;
  if (!isCertainFailure(error)) return false;
  return (
    name === 'ValidationException' ||
    CancellationReasons.some(({ Code }) => Code === 'ValidationError')
  );
}
