import { describe, expect, test } from 'vitest';
import { parseCopySource } from './copy-source.js';
import { parseS3Endpoint } from './endpoint.js';
import { readEvents } from './follow-events.js';
import { addMarker, hideMarker } from './marker-metadata.js';
import { decodePlace, encodePlace } from './object-place.js';
import { isReplicated, parseReplication } from './replicated-prefixes.js';
import { planRequest } from './request-plan.js';
import { UploadMarkers } from './uploads.js';

const BID = '01J00000000000000000000000';

describe('a place', () => {
  test.each(['a', 'a/b', '/a', 'ä ?#', 'a//'])('is read as it was written: %s', (key) => {
    const place = { bucket: 'posts', key };
    expect(decodePlace(encodePlace(place))).toEqual(place);
  });

  test.each(['', 'posts', 'posts/', '/a'])('is none in other bytes: "%s"', (text) => {
    expect(decodePlace(new TextEncoder().encode(text))).toBeUndefined();
  });
});

describe('a plan', () => {
  const ARN = 'arn:aws:s3:eu-west-1:1:accesspoint/posts';

  test('names buckets as they are called at home', () => {
    const plan = planRequest('PutObjectCommand', { Bucket: 'us', Key: 'a' }, { us: 'eu' });
    expect(plan).toMatchObject({ kind: 'write', places: [{ bucket: 'eu', key: 'a' }] });
  });

  test('knows an access point only by its bucket', () => {
    const input = { Bucket: ARN, Key: 'a' };
    expect(planRequest('GetObjectCommand', input, {})).toMatchObject({ places: undefined });
    const place = { bucket: 'eu', key: 'a' };
    expect(planRequest('GetObjectCommand', input, { [ARN]: 'eu' })).toMatchObject({
      places: [place],
    });
  });

  test('of a deletion of several has each object once, or none if one cannot be told', () => {
    const plan = (...keys: readonly unknown[]): unknown => {
      const Objects = keys.map((Key) => ({ Key }));
      const input = { Bucket: 'b', Delete: { Objects } };
      return (planRequest('DeleteObjectsCommand', input, {}) as { places: unknown }).places;
    };
    expect(plan('a', 'b', 'a')).toEqual([
      { bucket: 'b', key: 'a' },
      { bucket: 'b', key: 'b' },
    ]);
    expect(plan('a', undefined)).toBeUndefined();
    expect(plan()).toBeUndefined();
  });

  test('of anything that is no read and no write of objects is to leave it as it is', () => {
    for (const name of ['PutObjectTaggingCommand', 'UploadPartCommand', 'CreateBucketCommand']) {
      expect(planRequest(name, { Bucket: 'b', Key: 'a' }, {})).toEqual({ kind: 'other' });
    }
  });
});

test.each([
  ['posts/a', { bucket: 'posts', key: 'a', versionId: undefined }],
  ['/posts/a%2Fb%20c?versionId=v1', { bucket: 'posts', key: 'a/b c', versionId: 'v1' }],
  [
    'arn:aws:s3:eu-west-1:1:accesspoint/mine/object/a/b',
    { bucket: 'arn:aws:s3:eu-west-1:1:accesspoint/mine', key: 'a/b', versionId: undefined },
  ],
  ['posts', undefined],
  ['posts/%zz', undefined],
  [undefined, undefined],
])('a copy comes from %s', (source, expected) => {
  expect(parseCopySource(source)).toEqual(expected);
});

test('metadata have a marker if there is room for it, and results have none', () => {
  const marked = addMarker({ author: 'ada' }, BID);
  expect(marked).toEqual({ author: 'ada', 'rv-bid': BID });
  // Two names of one and six bytes, 26 bytes of marker.
  expect(addMarker({ m: 'x'.repeat(2_048 - 33) }, BID)).toBeDefined();
  expect(addMarker({ m: 'x'.repeat(2_048 - 32) }, BID)).toBeUndefined();
  const output = { Metadata: { ...marked } };
  hideMarker(output);
  expect(output).toEqual({ Metadata: { author: 'ada' } });
});

test('the oldest of too many uploads is forgotten', () => {
  const uploads = new UploadMarkers();
  for (let index = 0; index <= 10_000; index++) uploads.remember(String(index), BID);
  expect([uploads.find('0'), uploads.find('1'), uploads.find(undefined)]).toEqual([
    undefined,
    BID,
    undefined,
  ]);
});

test('rules of the first form replicate deletions, those with a filter if they say so', () => {
  const first = parseReplication(
    '<Rule><Prefix>a/</Prefix><Status>Enabled</Status><Destination><Bucket>x</Bucket></Destination></Rule>',
  );
  expect(first).toEqual([{ prefix: 'a/', deletes: true }]);
  const second = parseReplication(
    '<Rule><Status>Enabled</Status><Filter/><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication></Rule>',
  );
  expect(second).toEqual([{ prefix: '', deletes: false }]);
  expect([isReplicated(second, 'a', false), isReplicated(second, 'a', true)]).toEqual([
    true,
    false,
  ]);
  expect([isReplicated([], 'a', false), isReplicated(undefined, 'a', true)]).toEqual([false, true]);
});

describe('an endpoint', () => {
  test('is a region, or a URL with one', () => {
    const { client, buckets, queue, listsDeletions } = parseS3Endpoint(
      's3://us-east-1?bucket=eu-posts:us-posts&queue=https%3A%2F%2Fsqs.us-east-1.amazonaws.com%2F1%2Fq',
    );
    expect(client).toEqual({ region: 'us-east-1', forcePathStyle: false });
    expect([...buckets]).toEqual([['eu-posts', 'us-posts']]);
    expect([queue, listsDeletions]).toEqual(['https://sqs.us-east-1.amazonaws.com/1/q', false]);
    expect(parseS3Endpoint('https://s3.us-east-1.amazonaws.com').client).toEqual({
      endpoint: 'https://s3.us-east-1.amazonaws.com',
      region: 'us-east-1',
      forcePathStyle: false,
    });
    expect(parseS3Endpoint('http://key:se%2Fcret@127.0.0.1:1/?region=r&deletions=list')).toEqual({
      client: {
        endpoint: 'http://127.0.0.1:1',
        region: 'r',
        credentials: { accessKeyId: 'key', secretAccessKey: 'se/cret' },
        forcePathStyle: true,
      },
      buckets: new Map(),
      listsDeletions: true,
      queue: undefined,
    });
  });

  test.each(['', 'nonsense', 's3://', 'http://127.0.0.1', 'dynamodb://r', 's3://r?bucket=one'])(
    'is refused: "%s"',
    (url) => {
      expect(() => parseS3Endpoint(url)).toThrow(/config_invalid/);
    },
  );
});

describe('a message of a queue', () => {
  const record = (name: string, key: string): object => ({
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name }, object: { key } },
  });
  const read = (message: unknown): string[] =>
    readEvents(JSON.stringify(message), new Map([['us', 'eu']])).map((key) =>
      Buffer.from(key).toString(),
    );

  test('tells of objects, as it comes or in an envelope', () => {
    const event = { Records: [record('us', 'a+b%2Bc/%C3%A4'), record('other', 'x')] };
    expect(read(event)).toEqual(['eu/a b+c/ä', 'other/x']);
    expect(read({ Type: 'Notification', Message: JSON.stringify(event) })).toHaveLength(2);
    expect(read({ detail: { bucket: { name: 'us' }, object: { key: 'a+b' } } })).toEqual([
      'eu/a+b',
    ]);
  });

  test('tells of nothing when it is another', () => {
    expect(read({ Event: 's3:TestEvent' })).toEqual([]);
    expect(read({ Records: [{}, record('us', '%zz')] })).toEqual([]);
    expect(readEvents('nonsense', new Map())).toEqual([]);
    expect(readEvents('null', new Map())).toEqual([]);
  });
});
