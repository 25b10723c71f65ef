/** Calls of a client of S3, in the order in which they build on each other. */
import type { S3 } from '@aws-sdk/client-s3';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  waitUntilObjectExists,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Readable } from 'node:stream';
import { called } from './outcomes.js';

export interface S3Case {
  readonly title: string;
  /** How many branches its writes open. */
  readonly branches: number;
  run(client: S3, Bucket: string): Promise<unknown>;
}

/** The least that S3 takes as a part that is not the last. */
const PART_BYTES = 5 * 1024 * 1024;

function one(title: string, branches: number, run: S3Case['run']): S3Case {
  return { title, branches, run };
}

/** An answer with its body as text. */
async function toText(answer: Promise<{ readonly Body?: unknown }>): Promise<unknown> {
  const { Body, ...rest } = await answer;
  const body = Body as { transformToString(): Promise<string> } | undefined;
  return { ...rest, text: await body?.transformToString() };
}

async function uploadParts(c: S3, Bucket: string, Key: string): Promise<unknown> {
  const created = await c.createMultipartUpload({ Bucket, Key, Metadata: { parts: '2' } });
  const { UploadId } = created;
  const Parts = [];
  for (const [index, Body] of ['a'.repeat(PART_BYTES), 'b'].entries()) {
    const PartNumber = index + 1;
    const { ETag } = await c.uploadPart({ Bucket, Key, UploadId, PartNumber, Body });
    Parts.push({ ETag, PartNumber });
  }
  return c.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
}

const WRITES: readonly S3Case[] = [
  one('put', 1, (c, Bucket) => c.putObject({ Bucket, Key: 'a', Body: 'one' })),
  one('put by command', 1, (c, Bucket) =>
    c.send(new PutObjectCommand({ Bucket, Key: 'b', Body: new Uint8Array([1, 2, 250]) })),
  ),
  one('put with a callback', 1, (c, Bucket) =>
    called((callback) => {
      c.putObject({ Bucket, Key: 'cb', Body: 'x' }, (error, output) => {
        callback(error, output?.ETag);
      });
    }),
  ),
  one('put of a stream', 1, (c, Bucket) =>
    c.putObject({ Bucket, Key: 's', Body: Readable.from([Buffer.from('str')]), ContentLength: 3 }),
  ),
  one('put with metadata and headers', 1, (c, Bucket) =>
    c.putObject({
      Bucket,
      Key: 'meta',
      Body: '{}',
      Metadata: { Author: 'Ada', empty: '' },
      ContentType: 'application/json',
      CacheControl: 'no-store',
      ContentDisposition: 'attachment; filename="a.json"',
      Expires: new Date('2030-01-01T00:00:00Z'),
    }),
  ),
  one('put with metadata that leave no room', 1, (c, Bucket) =>
    c.putObject({ Bucket, Key: 'full', Body: 'x', Metadata: { m: 'x'.repeat(2_040) } }),
  ),
  one('put of nothing', 1, (c, Bucket) => c.putObject({ Bucket, Key: 'empty', Body: 'x' })),
  one('put of a key with other letters', 1, (c, Bucket) =>
    c.putObject({ Bucket, Key: 'ä/ö+%20 ?.txt', Body: 'x' }),
  ),
  one('put with tags and a checksum', 1, (c, Bucket) =>
    c.putObject({ Bucket, Key: 'tags', Body: 'x', Tagging: 'a=b', ChecksumAlgorithm: 'SHA256' }),
  ),
  one('put whose condition holds', 1, (c, Bucket) =>
    c.putObject({ Bucket: `${Bucket}-flat`, Key: 'new', Body: 'x', IfNoneMatch: '*' }),
  ),
  one('put whose condition fails', 0, (c, Bucket) =>
    c.putObject({ Bucket: `${Bucket}-flat`, Key: 'new', Body: 'y', IfNoneMatch: '*' }),
  ),
  one('put into no bucket', 0, (c) => c.putObject({ Bucket: 'nowhere', Key: 'a', Body: 'x' })),
  one('put without a key', 0, (c, Bucket) => c.putObject({ Bucket, Key: '', Body: 'x' })),
  one('copy', 1, (c, Bucket) =>
    c.copyObject({ Bucket, Key: 'copy', CopySource: `${Bucket}/meta` }),
  ),
  one('copy by command, of a key with other letters', 1, (c, Bucket) =>
    c.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'copy-2',
        CopySource: `${Bucket}/${encodeURIComponent('ä/ö+%20 ?.txt')}`,
      }),
    ),
  ),
  one('copy with other metadata', 1, (c, Bucket) =>
    c.copyObject({
      Bucket,
      Key: 'copy-3',
      CopySource: `/${Bucket}/meta`,
      MetadataDirective: 'REPLACE',
      Metadata: { other: 'yes' },
    }),
  ),
  one('copy of a version', 1, async (c, Bucket) => {
    const { VersionId = '' } = await c.headObject({ Bucket, Key: 'meta' });
    const CopySource = `${Bucket}/meta?versionId=${VersionId}`;
    return c.copyObject({ Bucket, Key: 'copy-4', CopySource });
  }),
  one('copy whose condition fails', 0, (c, Bucket) =>
    c.copyObject({
      Bucket,
      Key: 'copy-5',
      CopySource: `${Bucket}/meta`,
      CopySourceIfMatch: '"nothing"',
    }),
  ),
  one('copy onto itself', 0, (c, Bucket) =>
    c.copyObject({ Bucket, Key: 'a', CopySource: `${Bucket}/a` }),
  ),
  one('copy of nothing', 0, (c, Bucket) =>
    c.copyObject({ Bucket, Key: 'copy-6', CopySource: `${Bucket}/never` }),
  ),
  one('upload in parts', 1, (c, Bucket) => uploadParts(c, Bucket, 'parts')),
  one('upload in parts that is aborted', 0, async (c, Bucket) => {
    const { UploadId } = await c.createMultipartUpload({ Bucket, Key: 'aborted' });
    return c.abortMultipartUpload({ Bucket, Key: 'aborted', UploadId });
  }),
  one('completion of no upload', 0, (c, Bucket) =>
    c.completeMultipartUpload({
      Bucket,
      Key: 'parts',
      UploadId: 'never',
      MultipartUpload: { Parts: [{ ETag: '"x"', PartNumber: 1 }] },
    }),
  ),
  one('upload by the library, small', 1, (client, Bucket) =>
    new Upload({ client, params: { Bucket, Key: 'lib', Body: 'small' } }).done(),
  ),
  one('upload by the library, in parts', 1, (client, Bucket) =>
    new Upload({
      client,
      params: { Bucket, Key: 'lib-parts', Body: Readable.from([Buffer.alloc(PART_BYTES + 1)]) },
    }).done(),
  ),
];

const READS: readonly S3Case[] = [
  one('get', 0, (c, Bucket) => toText(c.getObject({ Bucket, Key: 'a' }))),
  one('get by command', 0, (c, Bucket) =>
    toText(c.send(new GetObjectCommand({ Bucket, Key: 'b' }))),
  ),
  one('get with a callback', 0, (c, Bucket) =>
    called((callback) => {
      c.getObject({ Bucket, Key: 'meta' }, (error, output) => {
        callback(error, output?.Metadata);
      });
    }),
  ),
  one('get with metadata and headers', 0, (c, Bucket) =>
    toText(c.getObject({ Bucket, Key: 'meta' })),
  ),
  one('get of a copy', 0, (c, Bucket) => toText(c.getObject({ Bucket, Key: 'copy' }))),
  one('get of a copy with other metadata', 0, (c, Bucket) =>
    toText(c.getObject({ Bucket, Key: 'copy-3' })),
  ),
  one('get of nothing', 0, (c, Bucket) => c.getObject({ Bucket, Key: 'never' })),
  one('get of a range', 0, (c, Bucket) =>
    toText(c.getObject({ Bucket, Key: 'a', Range: 'bytes=1-' })),
  ),
  one('get of what has not changed', 0, async (c, Bucket) => {
    const { ETag } = await c.headObject({ Bucket, Key: 'a' });
    return c.getObject({ Bucket, Key: 'a', IfNoneMatch: ETag });
  }),
  one('get of a version', 0, async (c, Bucket) => {
    const { VersionId } = await c.headObject({ Bucket, Key: 'a' });
    return toText(c.getObject({ Bucket, Key: 'a', VersionId }));
  }),
  one('get with the headers of its answer', 0, (c, Bucket) =>
    toText(c.getObject({ Bucket, Key: 'a', ResponseContentType: 'text/plain' })),
  ),
  one('head', 0, (c, Bucket) => c.headObject({ Bucket, Key: 'meta' })),
  one('head of full metadata', 0, (c, Bucket) => c.headObject({ Bucket, Key: 'full' })),
  one('head of an upload in parts', 0, (c, Bucket) => c.headObject({ Bucket, Key: 'parts' })),
  one('head by command, of nothing', 0, (c, Bucket) =>
    c.send(new HeadObjectCommand({ Bucket, Key: 'never' })),
  ),
  one('tags', 0, (c, Bucket) => c.getObjectTagging({ Bucket, Key: 'tags' })),
  one('a change of tags', 0, (c, Bucket) =>
    c.putObjectTagging({ Bucket, Key: 'tags', Tagging: { TagSet: [{ Key: 'c', Value: 'd' }] } }),
  ),
  one('list', 0, (c, Bucket) => c.listObjectsV2({ Bucket })),
  one('list in the old form', 0, (c, Bucket) => c.listObjects({ Bucket, Prefix: 'c' })),
  one('pages of a list', 0, async (client, Bucket) => {
    const keys: unknown[] = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket, MaxKeys: 3 })) {
      keys.push(page.Contents?.map(({ Key }) => Key));
    }
    return keys;
  }),
  one('a waiter', 0, (client, Bucket) =>
    waitUntilObjectExists({ client, maxWaitTime: 10 }, { Bucket, Key: 'a' }),
  ),
  one('head of the bucket', 0, (c, Bucket) => c.headBucket({ Bucket })),
  one('an aborted request', 0, (c, Bucket) => {
    const aborted = new AbortController();
    aborted.abort();
    return c.headBucket({ Bucket }, { abortSignal: aborted.signal });
  }),
  one('a presigned get', 0, async (client, Bucket) => {
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'a' }));
    const answer = await fetch(url);
    return [answer.status, await answer.text()];
  }),
  one('a presigned put', 0, async (client, Bucket) => {
    const url = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'signed' }));
    return [
      [...new URL(url).searchParams.keys()],
      (await fetch(url, { method: 'PUT', body: 'x' })).status,
    ];
  }),
];

const DELETES: readonly S3Case[] = [
  one('delete', 1, (c, Bucket) => c.deleteObject({ Bucket, Key: 'a' })),
  one('delete by command, of nothing', 1, (c, Bucket) =>
    c.send(new DeleteObjectCommand({ Bucket, Key: 'never' })),
  ),
  one('delete of several', 1, async (c, Bucket) => {
    const Objects = [{ Key: 'b' }, { Key: 'cb' }];
    const { Deleted = [], ...rest } = await c.deleteObjects({ Bucket, Delete: { Objects } });
    // In no order.
    return {
      ...rest,
      Deleted: Deleted.toSorted((x, y) => (String(x.Key) < String(y.Key) ? -1 : 1)),
    };
  }),
  one('delete of more than a branch takes', 3, (c, Bucket) => {
    const Objects = Array.from({ length: 201 }, (_, index) => ({ Key: `many-${String(index)}` }));
    return c.deleteObjects({ Bucket, Delete: { Objects, Quiet: true } });
  }),
  one('delete in no bucket', 0, (c) => c.deleteObject({ Bucket: 'nowhere', Key: 'a' })),
  one('get of what was deleted', 0, (c, Bucket) => c.getObject({ Bucket, Key: 'a' })),
];

export const S3_CASES: readonly S3Case[] = [...WRITES, ...READS, ...DELETES];
