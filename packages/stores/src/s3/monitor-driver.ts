/** The driver as a monitor uses it; loaded when the first monitor of an S3 store starts. */
import { RendezvousError } from '@rendezvous/protocol';
import type { Fields } from '../aws-sdk/driver.js';
import type { SdkError } from '../aws-sdk/first-refusal.js';
import { loadClient } from '../aws-sdk/load-client.js';
import type { S3Endpoint } from './endpoint.js';

interface Place {
  readonly Bucket: string;
  readonly Key: string;
}

export interface HeadOutput {
  readonly Metadata?: Readonly<Record<string, string>>;
  readonly VersionId?: string;
  readonly ReplicationStatus?: string;
}

export interface VersionsOutput {
  readonly DeleteMarkers?: readonly {
    readonly Key?: string;
    readonly VersionId?: string;
    readonly IsLatest?: boolean;
  }[];
}

/** The part of the driver's `S3` in use. */
export interface BucketClient {
  headObject(input: Place): Promise<HeadOutput>;
  listObjectVersions(input: Fields): Promise<VersionsOutput>;
  listBuckets(input: Fields, options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
  destroy(): void;
}

/** The part of the driver's `SQS` in use. */
export interface QueueClient {
  receiveMessage(
    input: Fields,
    options: { readonly abortSignal: AbortSignal },
  ): Promise<{ readonly Messages?: readonly QueueMessage[] }>;
  deleteMessageBatch(input: Fields): Promise<unknown>;
  destroy(): void;
}

export interface QueueMessage {
  readonly Body?: string;
  readonly ReceiptHandle?: string;
}

/**
 * A client, once S3 has answered one request: whatever it says, it is there. Rejects with
 * `store_failed`, and with `cancelled` once the signal aborts.
 */
export async function connectBucketClient(
  { client: options }: S3Endpoint,
  signal: AbortSignal,
): Promise<BucketClient> {
  const client = await loadClient<BucketClient>('@aws-sdk/client-s3', 'S3', options);
  try {
    await client.listBuckets({ MaxBuckets: 1 }, { abortSignal: signal });
  } catch (cause) {
    if (signal.aborted) {
      client.destroy();
      throw new RendezvousError('cancelled', 'the connection to S3 was cancelled', { cause });
    }
    const { $metadata } = (cause ?? {}) as SdkError;
    if (($metadata?.httpStatusCode ?? 500) >= 500) {
      client.destroy();
      throw new RendezvousError('store_failed', `S3 does not answer: ${String(cause)}`, { cause });
    }
  }
  return client;
}

/** The queue's URL names its endpoint, which may be no one else's than AWS's. */
export function createQueueClient({ client }: S3Endpoint, queue: string): Promise<QueueClient> {
  const { region, credentials } = client;
  const endpoint = new URL(queue).origin;
  return loadClient('@aws-sdk/client-sqs', 'SQS', { region, credentials, endpoint });
}
