/** The driver as a monitor uses it; loaded when the first monitor of a DynamoDB store starts. */
import { RendezvousError } from '@rendezvous/protocol';
import type { Fields } from './driver.js';
import type { DynamoDBEndpoint } from './endpoint.js';

/** A key, or an item, as DynamoDB has it. */
export type WireItem = Readonly<Record<string, unknown>>;

export interface BatchGetInput {
  readonly RequestItems: Readonly<Record<string, BatchGetTable>>;
  readonly ReturnConsumedCapacity: 'TOTAL';
}

export interface BatchGetTable {
  readonly Keys: readonly WireItem[];
  readonly ConsistentRead?: boolean;
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
}

export interface BatchGetOutput {
  readonly Responses?: Readonly<Record<string, readonly WireItem[]>>;
  readonly UnprocessedKeys?: Readonly<Record<string, BatchGetTable>>;
  readonly ConsumedCapacity?: readonly { readonly CapacityUnits?: number }[];
}

/** The part of the driver's `DynamoDB` in use. */
export interface TableClient {
  batchGetItem(
    input: BatchGetInput,
    options?: { readonly abortSignal: AbortSignal },
  ): Promise<BatchGetOutput>;
  destroy(): void;
}

/** The part of the driver's `DynamoDBStreams` in use. */
export interface StreamsClient {
  describeStream(input: Fields): Promise<Fields>;
  getShardIterator(input: Fields): Promise<Fields>;
  getRecords(input: Fields): Promise<Fields>;
  destroy(): void;
}

type Constructor<T> = new (options: Fields) => T;

const MAX_ATTEMPTS = 3;

export function createTableClient(endpoint: DynamoDBEndpoint): Promise<TableClient> {
  return create('@aws-sdk/client-dynamodb', 'DynamoDB', endpoint);
}

export function createStreamsClient(endpoint: DynamoDBEndpoint): Promise<StreamsClient> {
  return create('@aws-sdk/client-dynamodb-streams', 'DynamoDBStreams', endpoint);
}

async function create<T>(name: string, type: string, endpoint: DynamoDBEndpoint): Promise<T> {
  const { streams: _, ...options } = endpoint;
  let loaded: Readonly<Record<string, Constructor<T>>>;
  try {
    loaded = (await import(name)) as typeof loaded;
  } catch (cause) {
    const message = `a monitor of a DynamoDB store needs the package ${name}`;
    throw new RendezvousError('config_invalid', message, { cause });
  }
  const Client = loaded[type];
  if (!Client) throw new RendezvousError('config_invalid', `${name} has no ${type}`);
  return new Client({ ...options, maxAttempts: MAX_ATTEMPTS });
}
