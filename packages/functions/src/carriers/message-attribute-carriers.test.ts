import { expect, test } from 'vitest';
import { BOOKMARK, createCarrying } from '../../test/bookmarks.js';
import { testCarrier } from '../../test/carrier-conformance.js';
import {
  toEventBridgeEvent,
  toSnsNotification,
  toSnsRecord,
  toSqsRecord,
} from '../../test/lambda-events.js';
import type { MessageCarrier } from './message-carrier.js';
import { snsCarrier } from './sns-carrier.js';
import type { SnsMessage } from './sns-carrier.js';
import { sqsCarrier } from './sqs-carrier.js';
import type { SqsMessage } from './sqs-carrier.js';

const KIB = 1_024;
const toAttributes = (baggage: string) => ({
  baggage: { DataType: 'String', StringValue: baggage },
});

testCarrier<SnsMessage, ReturnType<typeof toSnsRecord>>({
  title: 'SNS',
  carrier: snsCarrier,
  message: { Message: 'post 1', Subject: 'hello' },
  withBaggage: (baggage) => ({ Message: 'post 1', MessageAttributes: toAttributes(baggage) }),
  deliver: ({ Message = '', MessageAttributes }) => toSnsRecord(Message, MessageAttributes),
  withRoom: (roomBytes) => ({ Message: 'x'.repeat(256 * KIB - roomBytes) }),
});

const sqs = {
  carrier: sqsCarrier,
  message: { MessageBody: 'post 1' },
  withBaggage: (baggage: string): SqsMessage => ({
    MessageBody: 'post 1',
    MessageAttributes: toAttributes(baggage),
  }),
};

testCarrier<SqsMessage, ReturnType<typeof toSqsRecord>>({
  ...sqs,
  title: 'SQS, and SNS with raw delivery',
  deliver: ({ MessageBody = '', MessageAttributes }) => toSqsRecord(MessageBody, MessageAttributes),
  withRoom: (roomBytes) => ({ MessageBody: 'x'.repeat(256 * KIB - roomBytes) }),
});

testCarrier<SqsMessage, object>({
  ...sqs,
  title: 'SQS, received with the SDK, in a queue of large messages',
  deliver: ({ MessageBody, MessageAttributes }) => ({ Body: MessageBody, MessageAttributes }),
  // A queue that takes more than the older limit takes up to the newer one.
  withRoom: (roomBytes) => ({ MessageBody: 'x'.repeat(1_024 * KIB - roomBytes) }),
});

testCarrier<SqsMessage, ReturnType<typeof toSqsRecord>>({
  ...sqs,
  title: 'SNS, wrapped, in SQS',
  deliver: ({ MessageBody = '', MessageAttributes }) =>
    toSqsRecord(toSnsNotification(MessageBody, MessageAttributes)),
});

test('a message with ten attributes goes as it is, and that is counted', () => {
  const attributes = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `a${index}`,
        { DataType: 'String', StringValue: 'v' },
      ]),
    );
  const carriers: MessageCarrier<SnsMessage & SqsMessage, never>[] = [snsCarrier, sqsCarrier];
  for (const carrier of carriers) {
    const rv = createCarrying();
    const full = { Message: 'm', MessageBody: 'm', MessageAttributes: attributes(10) };
    const withOurs = {
      ...full,
      MessageAttributes: { ...attributes(9), baggage: { DataType: 'String', StringValue: 'a=1' } },
    };
    rv.run(BOOKMARK, () => {
      expect(carrier.inject(rv, full)).toBe(full);
      expect(rv.counters.bookmarksDroppedBy[carrier.name]).toMatchObject({ inject_dropped: 1 });
      // Nine and ours are ten, whoever put ours there.
      const nine = carrier.inject(rv, { ...full, MessageAttributes: attributes(9) });
      expect(Object.keys(nine.MessageAttributes)).toHaveLength(10);
      expect(Object.keys(carrier.inject(rv, withOurs).MessageAttributes)).toHaveLength(10);
    });
    expect(rv.counters.bookmarksDropped).toBe(1);
  }
});

test('what EventBridge delivered to a queue or a topic is found in the body', () => {
  const rv = createCarrying();
  const event = JSON.stringify(toEventBridgeEvent(`{"_rendezvous":"rendezvous=${BOOKMARK}"}`));
  expect(sqsCarrier.extract(rv, toSqsRecord(event))).toBe(BOOKMARK);
  expect(snsCarrier.extract(rv, toSnsRecord(event))).toBe(BOOKMARK);
  expect(sqsCarrier.extract(rv, toSqsRecord(toSnsNotification(event)))).toBe(BOOKMARK);
});

test('a body that merely speaks of baggage is the own affair of the user', () => {
  const rv = createCarrying();
  for (const body of [
    'lost baggage',
    '{"baggage":1}',
    '"_rendezvous"',
    '{"_rendezvous":{}}',
    'null',
  ]) {
    expect(sqsCarrier.extract(rv, toSqsRecord(body))).toBeUndefined();
  }
  expect(rv.counters.bookmarksDropped).toBe(0);
});
