export { wrapDynamoDB } from './shim.js';
export type { DynamoDBLike } from './shim.js';
export type { WrapDynamoDBOptions } from './wrap-options.js';
export { unwrap } from '../shim-registry.js';
export { dynamodbVisibility } from './visibility.js';
export type { DynamoDBVisibilityOptions } from './visibility.js';
