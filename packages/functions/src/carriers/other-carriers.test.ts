import { expect, test } from 'vitest';
import { BOOKMARK, createCarrying } from '../../test/bookmarks.js';
import { testCarrier } from '../../test/carrier-conformance.js';
import { toDynamoDbRecord } from '../../test/lambda-events.js';
import { cloudEventsCarrier } from './cloud-events-carrier.js';
import type { CloudEventLike } from './cloud-events-carrier.js';
import { dynamoDbCarrier } from './dynamodb-carrier.js';
import type { DynamoDbPut } from './dynamodb-carrier.js';
import { httpCarrier } from './http-carrier.js';
import type { HttpMessage } from './http-carrier.js';
import { s3Carrier } from './s3-carrier.js';
import type { S3Object } from './s3-carrier.js';

const KIB = 1_024;

testCarrier<HttpMessage, HttpMessage>({
  title: "HTTP, headers as Node.js' objects",
  carrier: httpCarrier,
  message: { headers: { 'Content-Type': 'text/plain' } },
  withBaggage: (baggage) => ({ headers: { Baggage: baggage } }),
  // An IncomingMessage has names in lower case.
  deliver: ({ headers = {} }) => ({
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value as string]),
    ),
  }),
});

testCarrier<HttpMessage, HttpMessage>({
  title: 'HTTP, headers as pairs',
  carrier: httpCarrier,
  message: { headers: [['accept', '*/*']] },
  withBaggage: (baggage) => ({
    headers: [
      ['accept', '*/*'],
      ['BAGGAGE', baggage],
    ],
  }),
  deliver: ({ headers }) => ({ headers: new Headers(headers as [string, string][]) }),
});

testCarrier<CloudEventLike, CloudEventLike>({
  title: 'CloudEvents',
  carrier: cloudEventsCarrier,
  message: { specversion: '1.0', id: '1', source: '/orders', type: 'placed', data: {} },
  withBaggage: (baggage) => ({ specversion: '1.0', id: '1', source: '/', type: 't', baggage }),
  // The structured mode: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
  deliver: (event) => JSON.parse(JSON.stringify(event)) as CloudEventLike,
});

testCarrier<DynamoDbPut, ReturnType<typeof toDynamoDbRecord>>({
  title: "DynamoDB Streams, item in DynamoDB's types",
  carrier: dynamoDbCarrier,
  message: { Item: { id: { N: '1' } } },
  withBaggage: (baggage) => ({ Item: { id: { N: '1' }, _rendezvous: { S: baggage } } }),
  deliver: ({ Item }) => toDynamoDbRecord(Item),
  withRoom: (roomBytes) => ({ Item: { id: { S: 'x'.repeat(400 * KIB - 19 - roomBytes) } } }),
});

testCarrier<DynamoDbPut, ReturnType<typeof toDynamoDbRecord>>({
  title: "DynamoDB Streams, item in JavaScript's types",
  carrier: dynamoDbCarrier,
  message: { Item: { id: 1, tags: new Set(['a']), nested: { S: 'x' }, list: [1, null] } },
  withBaggage: (baggage) => ({ Item: { id: 1, _rendezvous: baggage } }),
  // What the document client makes of the attribute.
  deliver: ({ Item = {} }) => {
    const { _rendezvous: baggage } = Item as { _rendezvous?: string };
    return toDynamoDbRecord(baggage === undefined ? {} : { _rendezvous: { S: baggage } });
  },
});

testCarrier<S3Object, S3Object>({
  title: "S3, an object's metadata",
  carrier: s3Carrier,
  message: { Metadata: { author: 'a' } },
  withBaggage: (baggage) => ({ Metadata: { baggage } }),
  deliver: ({ Metadata = {} }) => ({ Metadata: { ...Metadata } }),
  withRoom: (roomBytes) => ({ Metadata: { pad: 'x'.repeat(2 * KIB - 3 - roomBytes) } }),
});

test('the deletion of an item carries nothing', () => {
  const rv = createCarrying();
  const record = {
    ...toDynamoDbRecord(undefined),
    OldImage: { _rendezvous: { S: `rendezvous=${BOOKMARK}` } },
  };
  expect(dynamoDbCarrier.extract(rv, record)).toBeUndefined();
});

test('a Request and a Headers are copied as what they are', async () => {
  const rv = createCarrying();
  const request = new Request('http://127.0.0.1/', {
    method: 'POST',
    body: 'b',
    headers: { a: '1' },
  });
  const headers = new Headers({ a: '1' });
  const [carrying, init] = rv.run(BOOKMARK, () => [
    httpCarrier.inject(rv, request),
    httpCarrier.inject(rv, { method: 'POST', headers }),
  ]);
  expect(carrying).toBeInstanceOf(Request);
  expect(carrying.method).toBe('POST');
  await expect(carrying.text()).resolves.toBe('b');
  expect(Object.fromEntries(carrying.headers)).toMatchObject({
    a: '1',
    baggage: `rendezvous=${BOOKMARK}`,
  });
  expect(httpCarrier.extract(rv, init)).toBe(BOOKMARK);
  expect([request.headers.has('baggage'), headers.has('baggage')]).toEqual([false, false]);
});

test('an event of a class is cloned by that class', () => {
  class Event {
    readonly specversion = '1.0';
    readonly baggage: string | undefined;
    constructor(baggage?: string) {
      this.baggage = baggage;
    }
    cloneWith({ baggage }: { baggage: string }): Event {
      return new Event(baggage);
    }
  }
  const rv = createCarrying();
  const event = new Event();
  const carrying = rv.run(BOOKMARK, () =>
    cloudEventsCarrier.inject(rv, event as unknown as CloudEventLike),
  );
  expect(carrying).toBeInstanceOf(Event);
  expect(cloudEventsCarrier.extract(rv, carrying)).toBe(BOOKMARK);
  expect(event.baggage).toBeUndefined();
});
