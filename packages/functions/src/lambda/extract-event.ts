/** Finds the bookmarks in the event with which Lambda invokes a function, whatever the source. */

import { dynamoDbCarrier } from '../carriers/dynamodb-carrier.js';
import type { DynamoDbRecord } from '../carriers/dynamodb-carrier.js';
import { eventBridgeCarrier } from '../carriers/event-bridge-carrier.js';
import type { EventBridgeEvent } from '../carriers/event-bridge-carrier.js';
import { httpCarrier } from '../carriers/http-carrier.js';
import type { HttpHeaders } from '../carriers/http-carrier.js';
import { kinesisCarrier } from '../carriers/kinesis-carrier.js';
import type { KinesisRecord } from '../carriers/kinesis-carrier.js';
import { lambdaCarrier, lambdaPayloadCarrier } from '../carriers/lambda-carriers.js';
import type { Extractor } from '../carriers/message-carrier.js';
import { snsCarrier } from '../carriers/sns-carrier.js';
import type { SnsRecord } from '../carriers/sns-carrier.js';
import { sqsCarrier } from '../carriers/sqs-carrier.js';
import type { SqsLambdaRecord } from '../carriers/sqs-carrier.js';
import type { LambdaContext } from './invocation.js';

export interface ExtractEventOptions {
  /**
   * Whether to believe the `baggage` header of HTTP events (API Gateway, function URLs, load balancers):
   * anybody on the network can write one. Default false.
   */
  readonly trustHttp?: boolean | undefined;
}

type Found = readonly (string | undefined)[];

/** The bookmarks of all records, or that of an event that is one message. */
export function extractFromEvent(
  rv: Extractor,
  event: unknown,
  context: LambdaContext | undefined,
  { trustHttp = false }: ExtractEventOptions,
): Found {
  if (typeof event !== 'object' || event === null) return [fromContext(rv, context)];
  if ('Records' in event && Array.isArray(event.Records)) {
    return event.Records.map((record: unknown) => extractFromRecord(rv, record));
  }
  if ('requestContext' in event) return trustHttp ? [fromHttp(rv, event as HttpEvent)] : [];
  return [
    fromContext(rv, context),
    // A task of Step Functions, or an asynchronous invocation.
    lambdaPayloadCarrier.extract(rv, event),
    'detail-type' in event ? eventBridgeCarrier.extract(rv, event as EventBridgeEvent) : undefined,
  ];
}

/** The bookmark of one record of an event; undefined also for sources that carry none, such as S3. */
export function extractFromRecord(rv: Extractor, record: unknown): string | undefined {
  switch (sourceOf(record)) {
    case 'aws:sqs':
      return sqsCarrier.extract(rv, record as SqsLambdaRecord);
    case 'aws:sns':
      return snsCarrier.extract(rv, record as SnsRecord);
    case 'aws:kinesis':
      return kinesisCarrier.extract(rv, record as KinesisRecord);
    case 'aws:dynamodb':
      return dynamoDbCarrier.extract(rv, record as DynamoDbRecord);
    default:
      return undefined;
  }
}

/** Where a record comes from, such as `aws:sqs`. */
function sourceOf(record: unknown): string | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  // SNS capitalizes it.
  const { eventSource, EventSource } = record as Readonly<Record<string, unknown>>;
  const source = eventSource ?? EventSource;
  return typeof source === 'string' ? source : undefined;
}

function fromContext(rv: Extractor, context: LambdaContext | undefined): string | undefined {
  return context?.clientContext ? lambdaCarrier.extract(rv, context) : undefined;
}

interface HttpEvent {
  readonly headers?: HttpHeaders | null;
  readonly multiValueHeaders?: HttpHeaders | null;
}

function fromHttp(rv: Extractor, event: HttpEvent): string | undefined {
  const headers = event.multiValueHeaders ?? event.headers;
  return headers ? httpCarrier.extract(rv, { headers }) : undefined;
}
