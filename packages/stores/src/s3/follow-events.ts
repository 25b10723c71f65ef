/** Follows the events of buckets from a queue, as hints: what they say has changed is worth a look. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueClient, QueueMessage } from './monitor-driver.js';
import { encodePlace } from './object-place.js';

/** The longest that SQS holds an answer back. */
const WAIT_SECONDS = 20;
const MESSAGE_COUNT_MAX = 10;
/** After a failure: hints are not worth more. */
const RETRY_MS = 5_000;

export interface FollowOptions {
  readonly client: QueueClient;
  readonly queue: string;
  /** Names of buckets at home, by their names here. */
  readonly homeNames: ReadonlyMap<string, string>;
  readonly onChanged: (keys: readonly Uint8Array[]) => void;
  readonly signal: AbortSignal;
}

/** Resolves when the signal aborts. Never rejects: a failure costs hints, and is tried again. */
export async function followEvents(following: FollowOptions): Promise<void> {
  const { signal } = following;
  while (!signal.aborted) {
    try {
      await receive(following);
    } catch {
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function receive({
  client,
  queue,
  homeNames,
  onChanged,
  signal,
}: FollowOptions): Promise<void> {
  const request = {
    QueueUrl: queue,
    WaitTimeSeconds: WAIT_SECONDS,
    MaxNumberOfMessages: MESSAGE_COUNT_MAX,
  };
  const { Messages = [] } = await client.receiveMessage(request, { abortSignal: signal });
  if (Messages.length === 0) return;
  const keys = Messages.flatMap(({ Body = '' }) => readEvents(Body, homeNames));
  if (keys.length > 0) onChanged(keys);
  await client.deleteMessageBatch({ QueueUrl: queue, Entries: Messages.map(toEntry) });
}

function toEntry({ ReceiptHandle }: QueueMessage, index: number): object {
  return { Id: String(index), ReceiptHandle };
}

interface S3Event {
  readonly Records?: readonly {
    readonly s3?: {
      readonly bucket?: { readonly name?: string };
      readonly object?: { readonly key?: string };
    };
  }[];
  /** The envelope of SNS. */
  readonly Message?: string;
  /** The envelope of EventBridge. */
  readonly detail?: {
    readonly bucket?: { readonly name?: string };
    readonly object?: { readonly key?: string };
  };
}

/**
 * The objects that a message tells of: an event of S3 (`s3:ObjectCreated`, `s3:ObjectSynced`,
 * `s3:Replication`, …), as it comes or in the envelope of SNS or EventBridge. Anything else tells of none.
 */
export function readEvents(
  text: string,
  homeNames: ReadonlyMap<string, string>,
): readonly Uint8Array[] {
  let event: S3Event;
  try {
    event = JSON.parse(text) as S3Event;
    if (typeof event.Message === 'string') return readEvents(event.Message, homeNames);
    const told = [
      ...(event.Records ?? []).map(({ s3 = {} }) => ({ ...s3, isEncoded: true })),
      ...(event.detail ? [{ ...event.detail, isEncoded: false }] : []),
    ];
    return told.flatMap(({ bucket, object, isEncoded }) => {
      const { name } = bucket ?? {};
      const { key } = object ?? {};
      if (typeof name !== 'string' || typeof key !== 'string') return [];
      const decoded = isEncoded ? decodeURIComponent(key.replaceAll('+', ' ')) : key;
      return [encodePlace({ bucket: homeNames.get(name) ?? name, key: decoded })];
    });
  } catch {
    return [];
  }
}
