import type { StoreHandle } from '@rendezvous/protocol';
import { createRequestMiddleware } from './run-request.js';
import { type SdkClientLike, wrapSdkClient } from '../aws-sdk/wrap-client.js';
import { markAttempts } from './mark-attempts.js';
import type { WrapS3Options } from './wrap-options.js';

/** A client of S3 of the AWS SDK v3, as far as its type matters here. */
export type S3Like = SdkClientLike;

/**
 * Wraps an `S3Client` or `S3` of the AWS SDK v3: its writes open branches of the handle's store, its
 * reads wait until the writes that they depend on are visible. The result is a `T` with the same
 * methods, results and errors; `client` itself stays as it is.
 *
 * Writes leave one entry in the object's metadata, `rv-bid`, which results do not show. When
 * Rendezvous is unreachable, a write still returns its own result within the store's `openTimeoutMs`,
 * and a read follows the store's `onUnavailable` policy. Nothing is read twice. Presigned URLs are
 * made as by the bare client: what is done by them Rendezvous does not see.
 *
 * Throws `config_invalid` for anything else, for one that is wrapped already, and for options out of
 * their range.
 *
 * @example
 * const s3 = wrapS3(new S3Client(), rv.store('photos'));
 * await s3.send(new PutObjectCommand({ Bucket: 'photos', Key: 'a.jpg', Body: bytes }));
 */
export function wrapS3<T extends S3Like>(
  client: T,
  handle: StoreHandle,
  options: WrapS3Options = {},
): T {
  return wrapSdkClient(client, {
    name: 'wrapS3',
    leaseMs: options.leaseMs,
    // Who presigns a request clones the stack, and sends nothing.
    clonesAreBare: true,
    createMiddleware: (bare) => createRequestMiddleware(bare, handle, options),
    markAttempts,
  });
}
