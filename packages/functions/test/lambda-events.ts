/**
 * What services hand to a function, with the parts that matter here filled in. Each shape is the one that
 * the named page of AWS shows.
 */

import type {
  DynamoDBRecord,
  EventBridgeEvent,
  KinesisStreamRecord,
  S3EventRecord,
  SNSEventRecord,
  SNSMessageAttributes,
  SQSRecord,
} from 'aws-lambda';
import type { AttributeLike } from '../src/carriers/message-attributes.js';

type Attributes = Readonly<Record<string, AttributeLike>> | undefined;

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function toSqsRecord(body: string, attributes?: Attributes): SQSRecord {
  return {
    messageId: '059f36b4-87a3-44ab-83d2-661975830a7d',
    receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1545082649183',
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: '1545082649185',
    },
    messageAttributes: Object.fromEntries(
      Object.entries(attributes ?? {}).map(([name, { StringValue, DataType }]) => [
        name,
        {
          stringValue: StringValue,
          stringListValues: [],
          binaryListValues: [],
          dataType: DataType ?? 'String',
        },
      ]),
    ),
    md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-2:123456789012:my-queue',
    awsRegion: 'us-east-2',
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export function toSnsRecord(message: string, attributes?: Attributes): SNSEventRecord {
  return {
    EventVersion: '1.0',
    EventSubscriptionArn: 'arn:aws:sns:us-east-1:123456789012:sns-lambda:21be56ed-a058-49f5',
    EventSource: 'aws:sns',
    Sns: {
      SignatureVersion: '1',
      Signature: 'tcc6faL2yUC6dgZdmrwh1Y4cGa/ebXEkAi6RibDsvpi+tE/1+82j...65r==',
      SigningCertUrl: 'https://sns.us-east-2.amazonaws.com/SimpleNotificationService.pem',
      UnsubscribeUrl: 'https://sns.us-east-2.amazonaws.com/?Action=Unsubscribe',
      Timestamp: '2019-01-02T12:45:07.000Z',
      MessageId: '95df01b4-ee98-5cb9-9903-4c221d41eb5e',
      Message: message,
      MessageAttributes: toNotificationAttributes(attributes),
      Type: 'Notification',
      TopicArn: 'arn:aws:sns:us-east-1:123456789012:sns-lambda',
      Subject: 'TestInvoke',
    },
  };
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html: without raw delivery */
export function toSnsNotification(message: string, attributes?: Attributes): string {
  return JSON.stringify({
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: 'arn:aws:sns:us-west-2:123456789012:MyTopic',
    Message: message,
    Timestamp: '2012-05-02T00:54:06.655Z',
    SignatureVersion: '1',
    MessageAttributes: toNotificationAttributes(attributes),
  });
}

function toNotificationAttributes(attributes: Attributes = {}): SNSMessageAttributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue }]) => [
      name,
      { Type: DataType ?? 'String', Value: StringValue ?? '' },
    ]),
  );
}

/** https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
export function toEventBridgeEvent(detail: string): EventBridgeEvent<'Order placed', unknown> {
  return {
    version: '0',
    id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    'detail-type': 'Order placed',
    source: 'orders',
    account: '111122223333',
    time: '2017-12-22T18:43:48Z',
    region: 'us-west-1',
    resources: [],
    detail: JSON.parse(detail) as unknown,
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
export function toKinesisRecord(
  data: Uint8Array | undefined,
  sequenceNumber = '49590338271490256608',
): KinesisStreamRecord {
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: '1',
      sequenceNumber,
      data: Buffer.from(data ?? []).toString('base64'),
      approximateArrivalTimestamp: 1545084650.987,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `shardId-000000000006:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::123456789012:role/lambda-role',
    awsRegion: 'us-east-2',
    eventSourceARN: 'arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream',
  };
}

type NewImage = NonNullable<DynamoDBRecord['dynamodb']>['NewImage'];

/** https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
export function toDynamoDbRecord(item: object | undefined, sequenceNumber = '111'): DynamoDBRecord {
  return {
    eventID: '1',
    eventVersion: '1.0',
    dynamodb: {
      Keys: { Id: { N: '101' } },
      NewImage: item as NewImage,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
      SequenceNumber: sequenceNumber,
      SizeBytes: 26,
    },
    awsRegion: 'us-west-2',
    eventName: 'INSERT',
    eventSourceARN: 'arn:aws:dynamodb:us-west-2:123456789012:table/t/stream/2015-06-27',
    eventSource: 'aws:dynamodb',
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export const S3_RECORD: S3EventRecord = {
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'us-west-2',
  eventTime: '1970-01-01T00:00:00.000Z',
  eventName: 'ObjectCreated:Put',
  userIdentity: { principalId: 'AIDAJDPLRKLG7UEXAMPLE' },
  requestParameters: { sourceIPAddress: '192.0.2.44' },
  responseElements: {
    'x-amz-request-id': 'C3D13FE58DE4C810',
    'x-amz-id-2': 'FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD',
  },
  s3: {
    s3SchemaVersion: '1.0',
    configurationId: 'testConfigRule',
    bucket: {
      name: 'amzn-s3-demo-bucket',
      ownerIdentity: { principalId: 'A3NL1KOZZKExample' },
      arn: 'arn:aws:s3:::amzn-s3-demo-bucket',
    },
    object: {
      key: 'HappyFace.jpg',
      size: 1024,
      eTag: 'd41d8cd98f00b204e9800998ecf8427e',
      sequencer: '0055AED6DCD90281E5',
    },
  },
};

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html, payload format 2.0 */
export function toFunctionUrlEvent(headers: Readonly<Record<string, string>>): object {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/my/path',
    rawQueryString: '',
    headers,
    requestContext: {
      accountId: '123456789012',
      http: { method: 'POST', path: '/my/path', protocol: 'HTTP/1.1' },
    },
    body: '{}',
    isBase64Encoded: false,
  };
}
