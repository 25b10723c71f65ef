// Each call once through the bare client and once through the wrapped one, on buckets of their own.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3, S3Client } from '@aws-sdk/client-s3';
import { findCephProgram, type S3Pair, startS3Pair } from '@rendezvous/testkit';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { settle } from '../../test/outcomes.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import { S3_CASES } from '../../test/s3-cases.js';
import { testVisibility } from '../../test/s3-visibility-tests.js';
import { unwrap, wrapS3 } from './index.js';

/** What differs between any two requests. */
const VOLATILE = /^\$metadata$|VersionId$|^(?:UploadId|LastModified|RequestId|HostId)$/;
const BUCKETS = /bare-posts|wrapped-posts/g;

function comparable(value: unknown): unknown {
  const text = JSON.stringify(value, (name, field: unknown) => {
    if (VOLATILE.test(name)) return typeof field;
    return typeof field === 'function' ? field.name : field;
  });
  return JSON.parse(text.replaceAll(BUCKETS, 'posts'));
}

// Not run where Ceph cannot be had; the report says so.
describe.runIf((await findCephProgram()) !== undefined)('S3', () => {
  let pair: S3Pair;
  const connect = (endpoint = pair.primary.endpoint): S3 =>
    new S3({
      endpoint,
      region: pair.region,
      credentials: pair.credentials,
      forcePathStyle: true,
      maxAttempts: 1,
    });

  beforeAll(async () => {
    pair = await startS3Pair();
    await pair.createBucket('bare-posts', { versioned: true });
    await pair.createBucket('wrapped-posts', { versioned: true });
    // Ceph checks no conditions of a put where there are versions.
    for (const Bucket of ['bare-posts-flat', 'wrapped-posts-flat']) {
      await connect().createBucket({ Bucket });
    }
  }, 300_000);

  afterAll(() => pair.shutdown());

  describe('a wrapped client behaves as it does bare', () => {
    const handle = new RecordingHandle();
    test.each(S3_CASES)('$title', async (one) => {
      const before = handle.branches.length;
      const expected = comparable(await settle(one.run(connect(), 'bare-posts')));
      const actual = comparable(await settle(one.run(wrapS3(connect(), handle), 'wrapped-posts')));
      expect(actual).toEqual(expected);
      expect(handle.branches.length - before).toBe(one.branches);
    });
  });

  describe('what a monitor sees', () => {
    testVisibility(() => {
      const eu = connect();
      const us = connect(pair.replica.endpoint);
      return { pair, eu, us, bucket: 'wrapped-posts' };
    });
  });

  test('what is wrapped is what it was, and what it was stays as it is', async () => {
    const bare = connect();
    const handle = new RecordingHandle();
    const wrapped = wrapS3(bare, handle);
    expect(wrapped).toBeInstanceOf(S3);
    expect(wrapped).toBeInstanceOf(S3Client);
    expect(unwrap(wrapped)).toBe(bare);
    await bare.putObject({ Bucket: 'bare-posts', Key: 'bare', Body: 'x' });
    expect(handle.recorded).toEqual([]);
    expect(() => wrapS3(wrapped, handle)).toThrow(/config_invalid.*wrapped already/);
  });

  test('writes leave the bid of their branch, copies one of their own, deletes none', async () => {
    const Bucket = 'wrapped-posts';
    const bare = connect();
    const handle = new RecordingHandle();
    const wrapped = wrapS3(connect(), handle, { buckets: { [Bucket]: 'home-posts' } });
    const markerOf = async (Key: string): Promise<string | undefined> =>
      (await bare.headObject({ Bucket, Key })).Metadata?.['rv-bid'];
    await wrapped.putObject({ Bucket, Key: 'marked', Body: 'x' });
    const put = handle.lastBid;
    await wrapped.copyObject({ Bucket, Key: 'copied', CopySource: `${Bucket}/marked` });
    const copied = handle.lastBid;
    expect([await markerOf('marked'), await markerOf('copied')]).toEqual([put, copied]);
    await wrapped.deleteObject({ Bucket, Key: 'marked' });
    expect(handle.branches.map(({ keys }) => keys)).toEqual([
      ['home-posts/marked'],
      ['home-posts/copied'],
      ['home-posts/marked'],
    ]);
  });

  test('what is not replicated opens no branch', async () => {
    const Bucket = 'wrapped-posts';
    const handle = new RecordingHandle();
    const prefixes = { [Bucket]: ['shared/', 'public/'] };
    const wrapped = wrapS3(connect(), handle, { prefixes });
    await wrapped.putObject({ Bucket, Key: 'private/a', Body: 'x' });
    await wrapped.putObject({ Bucket, Key: 'shared/a', Body: 'x' });
    const Objects = [{ Key: 'private/a' }, { Key: 'public/a' }];
    await wrapped.deleteObjects({ Bucket, Delete: { Objects } });
    expect(handle.branches.map(({ keys }) => keys)).toEqual([
      [`${Bucket}/shared/a`],
      [`${Bucket}/public/a`],
    ]);
  });
});

interface Front {
  readonly client: S3;
  readonly requests: IncomingMessage[];
}

/** A client of a server that answers as `answer` says: for what Ceph has not. */
async function startFront(
  answer: (request: IncomingMessage) => { readonly status: number; readonly body: string },
): Promise<Front> {
  const requests: IncomingMessage[] = [];
  const server = createServer((incoming, outgoing) => {
    incoming.resume().on('end', () => {
      requests.push(incoming);
      const { status, body } = answer(incoming);
      outgoing.writeHead(status, { 'content-type': 'application/xml', etag: '"old"' }).end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new S3({
    endpoint: `http://127.0.0.1:${String(port)}`,
    region: 'eu',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    forcePathStyle: true,
    maxAttempts: 2,
  });
  onTestFinished(() => {
    client.destroy();
    server.close();
    server.closeAllConnections();
  });
  return { client, requests };
}

test('rule 14: another attempt of the SDK leaves a marker of its own', async () => {
  let count = 0;
  const { client, requests } = await startFront(() => ({
    status: (count += 1) === 1 ? 500 : 200,
    body: '',
  }));
  const handle = new RecordingHandle();
  await wrapS3(client, handle).putObject({ Bucket: 'posts', Key: 'a', Body: 'x' });
  const markers = requests.map(({ headers }) => headers['x-amz-meta-rv-bid']);
  expect(markers).toEqual([handle.lastBid, `${handle.lastBid}.2`]);
});

const RULES = `<?xml version="1.0" encoding="UTF-8"?>
<ReplicationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Role>arn:aws:iam::1:role/r</Role>
<Rule><ID>1</ID><Status>Enabled</Status><Priority>1</Priority>
<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>
<Filter><Prefix>logs/&amp;/</Prefix></Filter><Destination><Bucket>arn:aws:s3:::us</Bucket></Destination></Rule>
<Rule><ID>2</ID><Status>Disabled</Status><Priority>2</Priority>
<DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication>
<Filter><Prefix>off/</Prefix></Filter><Destination><Bucket>arn:aws:s3:::us</Bucket></Destination></Rule>
<Rule><ID>3</ID><Status>Enabled</Status><Priority>3</Priority>
<DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication>
<Filter><And><Prefix>tagged/</Prefix><Tag><Key>a</Key><Value>b</Value></Tag></And></Filter>
<Destination><Bucket>arn:aws:s3:::us</Bucket></Destination></Rule></ReplicationConfiguration>`;

test("with prefixes: 'bucket', the bucket's own rules say what opens a branch", async () => {
  const { client, requests } = await startFront(({ url, method }) => ({
    status: 200,
    body: method === 'GET' && url === '/posts?replication=' ? RULES : '',
  }));
  const handle = new RecordingHandle();
  const wrapped = wrapS3(client, handle, { prefixes: 'bucket' });
  const Bucket = 'posts';
  for (const Key of ['logs/&/a', 'logs/a', 'off/a', 'tagged/a', 'x']) {
    await wrapped.putObject({ Bucket, Key, Body: 'x' });
  }
  for (const Key of ['logs/&/a', 'tagged/a']) await wrapped.deleteObject({ Bucket, Key });
  expect(handle.branches.map(({ keys }) => keys)).toEqual([
    ['posts/logs/&/a'],
    ['posts/tagged/a'],
    ['posts/tagged/a'],
  ]);
  expect(requests.filter(({ method }) => method === 'GET')).toHaveLength(1);
});

test('a client that is none is refused, and so is a lease out of its range', () => {
  const handle = new RecordingHandle();
  const nothing = { send: () => undefined, middlewareStack: {} };
  expect(() => wrapS3(nothing, handle)).toThrow(/config_invalid/);
  expect(() => wrapS3(new S3({ region: 'eu' }), handle, { leaseMs: 0 })).toThrow(/leaseMs/);
});

test('a copy whose source changes meanwhile is sent as it was', async () => {
  const { client, requests } = await startFront(({ headers, method }) => {
    if (method === 'HEAD') return { status: 200, body: '' };
    const isGuarded = headers['x-amz-copy-source-if-match'] !== undefined;
    return isGuarded
      ? { status: 412, body: '<Error><Code>PreconditionFailed</Code></Error>' }
      : { status: 200, body: '<CopyObjectResult><ETag>"new"</ETag></CopyObjectResult>' };
  });
  const handle = new RecordingHandle();
  const copy = { Bucket: 'posts', Key: 'b', CopySource: 'posts/a' };
  const { CopyObjectResult } = await wrapS3(client, handle).copyObject(copy);
  expect(CopyObjectResult?.ETag).toBe('"new"');
  const directives = requests.map(({ headers }) => headers['x-amz-metadata-directive']);
  expect(directives).toEqual([undefined, 'REPLACE', undefined]);
  expect(handle.branches).toHaveLength(1);
});
