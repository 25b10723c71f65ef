/** Clients of an emulated global table, and the tables that tests of the shim use. */
import { DynamoDB, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { GlobalTable } from '@rendezvous/testkit';

export const CLIENT_CONFIG: DynamoDBClientConfig = {
  region: 'local',
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  maxAttempts: 1,
};

export function connectTo(endpoint: string): DynamoDB {
  return new DynamoDB({ ...CLIENT_CONFIG, endpoint });
}

/** `posts` with a key of one attribute; `events` with a key of two and an index of each kind. */
export async function createTables({ primary }: GlobalTable): Promise<void> {
  const client = connectTo(primary.endpoint);
  await client.createTable({
    TableName: 'posts',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  await client.createTable({
    TableName: 'events',
    KeySchema: [
      { AttributeName: 'device', KeyType: 'HASH' },
      { AttributeName: 'at', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'device', AttributeType: 'B' },
      { AttributeName: 'at', AttributeType: 'N' },
      { AttributeName: 'level', AttributeType: 'S' },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'by-level',
        KeySchema: [
          { AttributeName: 'device', KeyType: 'HASH' },
          { AttributeName: 'level', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'all-levels',
        KeySchema: [{ AttributeName: 'level', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  });
  client.destroy();
}
