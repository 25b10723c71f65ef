// AWS Lambda.
export { withRendezvous } from './lambda/with-rendezvous.js';
export type { WithRendezvousOptions } from './lambda/with-rendezvous.js';
export { rendezvousMiddleware } from './lambda/rendezvous-middleware.js';
export type { Middleware, MiddlewareRequest } from './lambda/rendezvous-middleware.js';
export { sqsBatch } from './lambda/sqs-batch.js';
export type { SqsBatchOptions } from './lambda/sqs-batch.js';
export type { SqsRecord, VisibilityClient } from './lambda/sqs-record.js';
export { recordBatch } from './lambda/record-batch.js';
export type { BatchFailure, BatchOptions, BatchResponse } from './lambda/batch-options.js';
export type { LambdaContext } from './lambda/invocation.js';

// The AWS SDK for JavaScript v3.
export { carry } from './aws/carry.js';
export type { AwsClientLike, CarryOptions } from './aws/carry.js';

// Carriers by hand.
export { cloudEventsCarrier } from './carriers/cloud-events-carrier.js';
export { dynamoDbCarrier } from './carriers/dynamodb-carrier.js';
export { eventBridgeCarrier } from './carriers/event-bridge-carrier.js';
export { httpCarrier } from './carriers/http-carrier.js';
export { kinesisCarrier } from './carriers/kinesis-carrier.js';
export { lambdaCarrier, lambdaPayloadCarrier } from './carriers/lambda-carriers.js';
export { s3Carrier } from './carriers/s3-carrier.js';
export { snsCarrier } from './carriers/sns-carrier.js';
export { sqsCarrier } from './carriers/sqs-carrier.js';
export { stepFunctionsCarrier } from './carriers/step-functions-carrier.js';
export type { CarrierName, MessageCarrier } from './carriers/message-carrier.js';
