import { S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findCephProgram } from './ceph-program.js';
import { startS3Pair, type S3Pair, type S3Zone } from './s3-pair.js';

const Bucket = 'posts';

function connectTo(pair: S3Pair, { endpoint }: S3Zone): S3 {
  const { region, credentials } = pair;
  return new S3({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
}

// Not run where Ceph cannot be had; the report says so.
describe.runIf((await findCephProgram()) !== undefined)('a pair of S3', () => {
  let pair: S3Pair;
  let eu: S3;
  let us: S3;

  beforeAll(async () => {
    pair = await startS3Pair();
    await pair.createBucket(Bucket, { versioned: true });
    eu = connectTo(pair, pair.primary);
    us = connectTo(pair, pair.replica);
  }, 300_000);

  afterAll(() => pair.shutdown());

  const sees = async (Key: string): Promise<boolean> => {
    try {
      await us.headObject({ Bucket, Key });
      return true;
    } catch (error) {
      expect(error).toMatchObject({ $metadata: { httpStatusCode: 404 } });
      return false;
    }
  };
  const untilSeen = async (Key: string, seen = true): Promise<void> => {
    while ((await sees(Key)) !== seen);
  };

  test('an object becomes visible in the other zone, with its metadata and its version', async () => {
    const Metadata = { author: 'ada' };
    const { VersionId } = await eu.putObject({ Bucket, Key: 'plain', Body: 'text', Metadata });
    await untilSeen('plain');
    const found = await us.getObject({ Bucket, Key: 'plain' });
    expect(found).toMatchObject({ Metadata, VersionId, ReplicationStatus: 'REPLICA' });
    await expect(found.Body?.transformToString()).resolves.toBe('text');
  });

  test('pause() holds objects and deletions, and resume() releases them', async () => {
    await eu.putObject({ Bucket, Key: 'deleted', Body: 'x' });
    await untilSeen('deleted');
    await pair.lag.pause();
    await eu.putObject({ Bucket, Key: 'held', Body: 'x' });
    await eu.deleteObject({ Bucket, Key: 'deleted' });
    expect(await sees('held')).toBe(false);
    expect(await sees('deleted')).toBe(true);
    await pair.lag.resume();
    await untilSeen('held');
    await untilSeen('deleted', false);
  });

  test('setDelay() makes an object visible later', async () => {
    const delayMs = 1_000;
    await pair.lag.setDelay(delayMs);
    const startMs = performance.now();
    await eu.putObject({ Bucket, Key: 'late', Body: 'x' });
    await untilSeen('late');
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(delayMs);
    await pair.lag.setDelay(0);
  });

  test('cut() breaks connections that come back by themselves', async () => {
    await pair.lag.cut();
    await eu.putObject({ Bucket, Key: 'after-cut', Body: 'x' });
    await untilSeen('after-cut');
  });

  test('a gateway that was killed answers at the same place, with its objects', async () => {
    const { url } = pair.replica;
    await pair.replica.kill();
    await pair.replica.start();
    expect(pair.replica.url).toBe(url);
    expect(await sees('plain')).toBe(true);
    await eu.putObject({ Bucket, Key: 'after-start', Body: 'x' });
    await untilSeen('after-start');
  });
});
