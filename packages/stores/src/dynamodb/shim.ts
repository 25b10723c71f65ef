import type { StoreHandle } from '@rendezvous/protocol';
import { RendezvousError } from '@rendezvous/protocol';
import { createShim } from '../shim-proxy.js';
import { isWrapped } from '../shim-registry.js';
import type { SdkClient } from './driver.js';
import { markAttempts } from './mark-attempts.js';
import { createRequestMiddleware } from './run-request.js';
import type { WrapDynamoDBOptions } from './wrap-options.js';

const MIDDLEWARE = 'rendezvous';

/** A client of DynamoDB of the AWS SDK v3, as far as its type matters here. */
export interface DynamoDBLike {
  send(...parameters: never[]): unknown;
  readonly middlewareStack: object;
}

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
  const { leaseMs = 1 } = options;
  if (!Number.isInteger(leaseMs) || leaseMs < 1 || leaseMs > 900_000) {
    throw invalid('leaseMs must be an integer from 1 to 900,000');
  }
  const bare = client as DynamoDBLike as SdkClient;
  const names = readStack(bare);
  if (isWrapped(client) || names.some((name) => name.startsWith(`${MIDDLEWARE} `))) {
    throw invalid('it is wrapped already: wrap the one inside (unwrap)');
  }
  const middlewareStack = bare.middlewareStack.clone();
  middlewareStack.addRelativeTo(createRequestMiddleware(bare, handle, options), {
    name: MIDDLEWARE,
    relation: 'before',
    toMiddleware: 'serializerMiddleware',
  });
  middlewareStack.addRelativeTo(markAttempts, {
    name: `${MIDDLEWARE}Attempts`,
    relation: 'after',
    toMiddleware: 'retryMiddleware',
  });
  // Its methods call `send` of what they are called on, which takes the stack from there.
  return createShim(client, { middlewareStack }, () => true);
}

function readStack({ middlewareStack }: Partial<SdkClient>): readonly string[] {
  const { clone, identify } = (middlewareStack ?? {}) as Partial<Record<string, unknown>>;
  if (middlewareStack && typeof clone === 'function' && typeof identify === 'function') {
    return middlewareStack.identify();
  }
  throw invalid('it is no client of the AWS SDK for JavaScript v3');
}

function invalid(reason: string): RendezvousError {
  return new RendezvousError('config_invalid', `wrapDynamoDB cannot wrap this client: ${reason}`);
}
