import { expect, test } from 'vitest';
import { BOOKMARK, OTHER, createCarrying } from '../../test/bookmarks.js';
import { testCarrier } from '../../test/carrier-conformance.js';
import { toEventBridgeEvent, toKinesisRecord } from '../../test/lambda-events.js';
import { eventBridgeCarrier } from './event-bridge-carrier.js';
import type { EventBridgeEntry } from './event-bridge-carrier.js';
import { readEnvelope, writeEnvelope } from './json-envelope.js';
import { kinesisCarrier } from './kinesis-carrier.js';
import type { KinesisMessage } from './kinesis-carrier.js';
import { lambdaCarrier, lambdaPayloadCarrier } from './lambda-carriers.js';
import type { LambdaInvocation } from './lambda-carriers.js';
import { stepFunctionsCarrier } from './step-functions-carrier.js';
import type { StepFunctionsStart } from './step-functions-carrier.js';

const KIB = 1_024;
const toBytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const withEnvelope = (baggage: string): string =>
  `{"_rendezvous":${JSON.stringify(baggage)},"id":1}`;
/** A JSON object of this size. */
const padded = (bytes: number): string => `{"pad":"${'x'.repeat(bytes - 10)}"}`;

testCarrier<EventBridgeEntry, object>({
  title: 'EventBridge',
  carrier: eventBridgeCarrier,
  message: { Source: 'orders', DetailType: 'placed', Detail: '{"id":1}', Resources: ['arn'] },
  withBaggage: (baggage) => ({ Source: 'orders', Detail: withEnvelope(baggage) }),
  deliver: ({ Detail = '{}' }) => toEventBridgeEvent(Detail),
  withRoom: (roomBytes) => ({ Detail: padded(256 * KIB - 14 - roomBytes) }),
});

testCarrier<KinesisMessage, ReturnType<typeof toKinesisRecord>>({
  title: 'Kinesis',
  carrier: kinesisCarrier,
  message: { Data: toBytes('{"id":1}'), PartitionKey: '1' },
  withBaggage: (baggage) => ({ Data: toBytes(withEnvelope(baggage)), PartitionKey: '1' }),
  deliver: ({ Data }) => toKinesisRecord(Data),
});

testCarrier<KinesisMessage, ReturnType<typeof toKinesisRecord>>({
  title: 'Kinesis, in a stream of large records',
  carrier: kinesisCarrier,
  message: { Data: toBytes('{"id":1}'), PartitionKey: '1' },
  withBaggage: (baggage) => ({ Data: toBytes(withEnvelope(baggage)), PartitionKey: '1' }),
  deliver: ({ Data }) => toKinesisRecord(Data),
  withRoom: (roomBytes) => ({ Data: toBytes(padded(10_240 * KIB - roomBytes)) }),
});

testCarrier<StepFunctionsStart, unknown>({
  title: 'Step Functions',
  carrier: stepFunctionsCarrier,
  message: { input: '{"id":1}' },
  withBaggage: (baggage) => ({ input: withEnvelope(baggage) }),
  deliver: ({ input = '{}' }) => JSON.parse(input) as unknown,
  withRoom: (roomBytes) => ({ input: padded(256 * KIB - roomBytes) }),
});

const toClientContext = (context: object): string =>
  Buffer.from(JSON.stringify(context)).toString('base64');

testCarrier<LambdaInvocation, object>({
  title: 'a synchronous invocation of a function',
  carrier: lambdaCarrier,
  message: { Payload: toBytes('{"id":1}'), ClientContext: toClientContext({ env: { a: 1 } }) },
  withBaggage: (baggage) => ({ ClientContext: toClientContext({ custom: { baggage } }) }),
  // What Lambda's runtime makes of the client context.
  deliver: ({ ClientContext = 'e30=' }) => ({
    clientContext: JSON.parse(Buffer.from(ClientContext, 'base64').toString()) as unknown,
  }),
  withRoom: (roomBytes) => ({
    ClientContext: toClientContext({ a: 'x'.repeat(((3_580 - roomBytes) / 4) * 3 - 8) }),
  }),
  markBytes: 80,
});

testCarrier<LambdaInvocation, unknown>({
  title: 'an asynchronous invocation of a function',
  carrier: lambdaPayloadCarrier,
  message: { Payload: toBytes('{"id":1}') },
  withBaggage: (baggage) => ({ Payload: toBytes(withEnvelope(baggage)) }),
  deliver: ({ Payload }) => JSON.parse(new TextDecoder().decode(Payload as Uint8Array)) as unknown,
  withRoom: (roomBytes) => ({ Payload: toBytes(padded(256 * KIB - roomBytes)) }),
});

test('an envelope changes nothing else of the JSON: neither numbers, nor order, nor white space', () => {
  const json = ' { "n": 12345678901234567890.10, "n": 1e400, "\u00e9": "\\u0041" }\n';
  const written = writeEnvelope(json, 'a="1"');
  expect(written).toBe(
    '{"_rendezvous":"a=\\"1\\"","n": 12345678901234567890.10, "n": 1e400, "\u00e9": "\\u0041" }\n',
  );
  expect(readEnvelope(written)).toBe('a="1"');
  expect(writeEnvelope(written, 'b')).toBe(written.replace('a=\\"1\\"', 'b'));
  expect(writeEnvelope('{ }', 'b')).toBe('{"_rendezvous":"b"}');
  expect(writeEnvelope('{"_rendezvous":"a"}', 'b')).toBe('{"_rendezvous":"b"}');
});

test('what is no JSON object, or has the member elsewhere, carries nothing, and that is counted', () => {
  const rv = createCarrying();
  const bodies = ['[]', '1', 'null', 'text', '{oops', '{"a":1,"_rendezvous":"x"}'];
  const entries: EventBridgeEntry[] = [...bodies.map((Detail) => ({ Detail })), { Source: 's' }];
  rv.run(BOOKMARK, () => {
    for (const entry of entries) expect(eventBridgeCarrier.inject(rv, entry)).toBe(entry);
    const binary = { Data: new Uint8Array([0x7b, 0xff]) };
    expect(kinesisCarrier.inject(rv, binary)).toBe(binary);
  });
  expect(rv.counters.bookmarksDroppedBy).toMatchObject({
    eventbridge: { inject_dropped: entries.length },
    // What is no text cannot be looked into either.
    kinesis: { inject_dropped: 1 },
  });
});

test('an event that is passed on as it came carries the newer bookmark', () => {
  const rv = createCarrying();
  const first = rv.run(OTHER, () => eventBridgeCarrier.inject(rv, { Detail: '{"id":1}' }));
  const second = rv.run(BOOKMARK, () => eventBridgeCarrier.inject(rv, first));
  expect(second.Detail).toBe(`{"_rendezvous":"rendezvous=${BOOKMARK}","id":1}`);
});
