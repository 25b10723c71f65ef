import { type AwsEndpoint, parseAwsEndpoint } from '../aws-sdk/endpoint.js';

/** What the driver takes to reach DynamoDB in one region. */
export interface DynamoDBEndpoint extends AwsEndpoint {
  /** ARNs of streams whose records are hints. */
  readonly streams: readonly string[];
}

/**
 * Reads the URL of a store's endpoint, such as `dynamodb://eu-west-1`; `stream=ARN` may follow several
 * times. Throws `config_invalid`.
 */
export function parseDynamoDBEndpoint(text: string): DynamoDBEndpoint {
  const service = { product: 'DynamoDB', scheme: 'dynamodb' };
  const { client, parameters } = parseAwsEndpoint(text, service);
  return { ...client, streams: parameters.getAll('stream') };
}
