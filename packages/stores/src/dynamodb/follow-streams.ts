/**
 * Follows streams of tables in one region, as hints: what they say has changed is worth a look. From the
 * end of each stream as it is now; a shard that comes later is read from its start.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fields } from '../aws-sdk/driver.js';
import { encodeItemKey, type ItemKey, toTableName } from './item-key.js';
import { toItemKey } from './item-key.js';
import type { StreamsClient } from './monitor-driver.js';

/** DynamoDB takes five questions a second for each shard. */
const POLL_INTERVAL_MS = 250;
const SHARDS_INTERVAL_MS = 10_000;
/** After a failure: hints are not worth more. */
const RETRY_MS = 5_000;

export interface FollowOptions {
  readonly client: StreamsClient;
  readonly arns: readonly string[];
  readonly onChanged: (keys: readonly Uint8Array[]) => void;
  readonly signal: AbortSignal;
}

/** Resolves when the signal aborts. Never rejects: a failure costs hints, and is tried again. */
export async function followStreams({ arns, ...options }: FollowOptions): Promise<void> {
  await Promise.all(arns.map((arn) => followStream(arn, options)));
}

type Following = Omit<FollowOptions, 'arns'>;

async function followStream(arn: string, following: Following): Promise<void> {
  const { client, signal } = following;
  const seen = new Set<string>();
  let start = 'LATEST';
  while (!signal.aborted) {
    try {
      for (const shard of await listShards(client, arn)) {
        if (seen.has(shard)) continue;
        seen.add(shard);
        followShard(arn, shard, start, following).catch(() => seen.delete(shard));
      }
      start = 'TRIM_HORIZON';
      await pause(SHARDS_INTERVAL_MS, signal);
    } catch {
      await pause(RETRY_MS, signal);
    }
  }
}

/** Shards that are still written to. */
async function listShards(client: StreamsClient, arn: string): Promise<string[]> {
  const shards: string[] = [];
  let ExclusiveStartShardId: unknown;
  do {
    const input = { StreamArn: arn, ...(ExclusiveStartShardId ? { ExclusiveStartShardId } : {}) };
    const { StreamDescription = {} } = await client.describeStream(input);
    const { Shards = [], LastEvaluatedShardId } = StreamDescription as Fields;
    for (const shard of Shards as readonly Fields[]) {
      const { EndingSequenceNumber } = (shard['SequenceNumberRange'] ?? {}) as Fields;
      if (EndingSequenceNumber === undefined) shards.push(shard['ShardId'] as string);
    }
    ExclusiveStartShardId = LastEvaluatedShardId;
  } while (ExclusiveStartShardId !== undefined);
  return shards;
}

async function followShard(
  arn: string,
  ShardId: string,
  ShardIteratorType: string,
  { client, onChanged, signal }: Following,
): Promise<void> {
  const request = { StreamArn: arn, ShardId, ShardIteratorType };
  let { ShardIterator } = await client.getShardIterator(request);
  while (ShardIterator !== undefined && !signal.aborted) {
    const { Records = [], NextShardIterator } = await client.getRecords({ ShardIterator });
    const keys = (Records as readonly Fields[]).flatMap((record) => toKey(arn, record));
    if (keys.length > 0) onChanged(keys);
    ShardIterator = NextShardIterator;
    await pause(POLL_INTERVAL_MS, signal);
  }
}

function toKey(arn: string, { dynamodb }: Fields): Uint8Array[] {
  const { Keys = {} } = (dynamodb ?? {}) as { readonly Keys?: Fields };
  const key: ItemKey | undefined = toItemKey(Keys, Object.keys(Keys), false);
  return key ? [encodeItemKey({ table: toTableName(arn), key })] : [];
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
