import type { StoreHandle } from '@rendezvous/protocol';
import { type SdkClientLike, wrapSdkClient } from '../aws-sdk/wrap-client.js';
import { markAttempts } from './mark-attempts.js';
import { createRequestMiddleware } from './run-request.js';
import type { WrapDynamoDBOptions } from './wrap-options.js';

/** A client of DynamoDB of the AWS SDK v3, as far as its type matters here. */
export type DynamoDBLike = SdkClientLike;

/**
 * Wraps a `DynamoDBClient`, `DynamoDB`, `DynamoDBDocumentClient` or `DynamoDBDocument` of the AWS SDK
 * v3: its writes open branches of the handle's store, its reads wait until the writes that they
 * depend on are visible. The result is a `T` with the same methods, results and errors, and so is a
 * document client made from it; `client` itself stays as it is.
 *
 * Writes leave one attribute beside the item, `rv_bid`, which results do not show. When Rendezvous is
 * unreachable, a write still returns its own result within the store's `openTimeoutMs`, and a read
 * follows the store's `onUnavailable` policy. Nothing is read twice.
 *
 * Throws `config_invalid` for anything else, for one that is wrapped already, and for options out of
 * their range.
 *
 * @example
 * const db = wrapDynamoDB(DynamoDBDocumentClient.from(new DynamoDBClient()), rv.store('posts'));
 * await db.send(new PutCommand({ TableName: 'posts', Item: { id, text } }));
 */
export function wrapDynamoDB<T extends DynamoDBLike>(
  client: T,
  handle: StoreHandle,
  options: WrapDynamoDBOptions = {},
): T {
  return wrapSdkClient(client, {
    name: 'wrapDynamoDB',
    leaseMs: options.leaseMs,
    createMiddleware: (bare) => createRequestMiddleware(bare, handle, options),
    markAttempts,
  });
}
