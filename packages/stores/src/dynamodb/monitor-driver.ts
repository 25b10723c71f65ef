/** The driver as a monitor uses it; loaded when the first monitor of a DynamoDB store starts. */
import type { Fields } from '../aws-sdk/driver.js';
import { loadClient } from '../aws-sdk/load-client.js';
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

export function createTableClient({
  streams: _,
  ...endpoint
}: DynamoDBEndpoint): Promise<TableClient> {
  return loadClient('@aws-sdk/client-dynamodb', 'DynamoDB', endpoint);
}

export function createStreamsClient({
  streams: _,
  ...endpoint
}: DynamoDBEndpoint): Promise<StreamsClient> {
  return loadClient('@aws-sdk/client-dynamodb-streams', 'DynamoDBStreams', endpoint);
}
