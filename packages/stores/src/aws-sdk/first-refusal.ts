/** What an error of the AWS SDK proves about a write. */
export interface SdkError {
  readonly name?: string;
  readonly $fault?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

/**
 * Whether the service refused the request's first attempt. A refusal of a later one proves nothing:
 * the attempt before may have been carried out and its answer lost, and a condition then fails because
 * of the write's own success.
 */
export function isFirstRefusal(error: unknown): boolean {
  const { $fault, $metadata } = (error ?? {}) as SdkError;
  const { httpStatusCode: status = 0, attempts } = $metadata ?? {};
  return $fault === 'client' && status >= 300 && status <= 499 && attempts === 1;
}
