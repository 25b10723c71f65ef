import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import { type GlobalTable, type GlobalTableRegion, startGlobalTable } from '@rendezvous/testkit';
import type {
  ConformanceClient,
  ConformanceHarness,
  ConnectOptions,
  RunningReplica,
  RunningServer,
  RunningStore,
} from '../src/conformance/index.js';
import { dynamodbVisibility, wrapDynamoDB } from '../src/dynamodb/index.js';
import { connectTo, createTables } from './dynamodb-tables.js';

/** An emulated global table, through the AWS SDK. */
interface DynamoDBConformanceClient extends ConformanceClient {
  readonly db: DynamoDB;
}

interface DynamoDBConformanceStore extends RunningStore {
  readonly table: GlobalTable;
}

type Harness = ConformanceHarness<DynamoDBConformanceClient, DynamoDBConformanceStore>;

const TableName = 'posts';
const MANY_COUNT = 2_000;

const keyOf = (id: string) => ({ id: { S: id } });
const itemOf = (id: string, text: string) => ({ ...keyOf(id), text: { S: text } });
const toKey = (id: string): string => JSON.stringify([TableName, ['id', 'S', id]]);

const INSERT = `INSERT INTO ${TableName} VALUE {'id': ?, 'text': ?}`;

const updateOf = (id: string, text: string) => ({
  TableName,
  Key: keyOf(id),
  UpdateExpression: 'SET #text = :text',
  ExpressionAttributeNames: { '#text': 'text' },
  ExpressionAttributeValues: { ':text': { S: text } },
});

const writes: Harness['writes'] = [
  {
    title: 'PutItem',
    run: ({ db }, id, text) => db.putItem({ TableName, Item: itemOf(id, text) }),
  },
  { title: 'UpdateItem', run: ({ db }, id, text) => db.updateItem(updateOf(id, text)) },
  {
    title: 'PutItem whose condition holds',
    run: ({ db }, id, text) =>
      db.putItem({
        TableName,
        Item: itemOf(id, text),
        ConditionExpression: 'attribute_not_exists(id)',
      }),
  },
  {
    title: 'BatchWriteItem',
    run: ({ db }, id, text) =>
      db.batchWriteItem({
        RequestItems: { [TableName]: [{ PutRequest: { Item: itemOf(id, text) } }] },
      }),
  },
  {
    title: 'TransactWriteItems',
    run: ({ db }, id, text) =>
      db.transactWriteItems({
        TransactItems: [
          { Put: { TableName, Item: itemOf(id, text) } },
          { Update: updateOf(`${id}-too`, text) },
        ],
      }),
  },
  {
    title: 'ExecuteStatement',
    run: ({ db }, id, text) =>
      db.executeStatement({ Statement: INSERT, Parameters: [{ S: id }, { S: text }] }),
  },
  {
    title: 'ExecuteTransaction',
    run: ({ db }, id, text) =>
      db.executeTransaction({
        TransactStatements: [{ Statement: INSERT, Parameters: [{ S: id }, { S: text }] }],
      }),
  },
];

const otherWrites: Harness['otherWrites'] = [
  { title: 'DeleteItem', run: ({ db }, id) => db.deleteItem({ TableName, Key: keyOf(id) }) },
  {
    title: 'UpdateItem that only adds',
    run: ({ db }, id) =>
      db.updateItem({
        TableName,
        Key: keyOf(id),
        UpdateExpression: 'ADD n :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
  },
  {
    title: 'BatchWriteItem of several keys',
    run: ({ db }, id) =>
      db.batchWriteItem({
        RequestItems: {
          [TableName]: [
            { PutRequest: { Item: keyOf(`${id}-a`) } },
            { DeleteRequest: { Key: keyOf(`${id}-b`) } },
          ],
        },
      }),
  },
];

const reads: Harness['reads'] = [
  { title: 'GetItem', run: ({ db }, id) => db.getItem({ TableName, Key: keyOf(id) }) },
  {
    title: 'BatchGetItem',
    run: ({ db }, id) => db.batchGetItem({ RequestItems: { [TableName]: { Keys: [keyOf(id)] } } }),
  },
  {
    title: 'TransactGetItems',
    run: ({ db }, id) =>
      db.transactGetItems({ TransactItems: [{ Get: { TableName, Key: keyOf(id) } }] }),
  },
  {
    title: 'Query',
    run: ({ db }, id) =>
      db.query({
        TableName,
        KeyConditionExpression: 'id = :id',
        ExpressionAttributeValues: { ':id': { S: id } },
      }),
  },
  { title: 'Scan', run: ({ db }) => db.scan({ TableName, Limit: 1 }) },
  {
    title: 'ExecuteStatement with a SELECT',
    run: ({ db }, id) =>
      db.executeStatement({ Statement: `SELECT * FROM ${TableName} WHERE id = '${id}'` }),
  },
  { title: 'DescribeTable', run: ({ db }) => db.describeTable({ TableName }) },
];

const failures: Harness['failures'] = [
  {
    title: 'a condition that fails',
    run: ({ db }, id) =>
      db.putItem({
        TableName,
        Item: keyOf(id),
        ConditionExpression: 'attribute_exists(id)',
      }),
  },
  {
    title: 'an expression that is none',
    run: ({ db }, id) => db.updateItem({ TableName, Key: keyOf(id), UpdateExpression: 'nonsense' }),
  },
  { title: 'an item without its key', run: ({ db }) => db.putItem({ TableName, Item: {} }) },
  {
    title: 'a table that is not there',
    run: ({ db }, id) => db.putItem({ TableName: 'absent', Item: keyOf(id) }),
  },
  {
    title: 'a transaction that is cancelled',
    run: ({ db }, id) =>
      db.transactWriteItems({
        TransactItems: [
          { Put: { TableName, Item: keyOf(id) } },
          {
            ConditionCheck: {
              TableName,
              Key: keyOf(`${id}-absent`),
              ConditionExpression: 'attribute_exists(id)',
            },
          },
        ],
      }),
  },
];

export const dynamodbConformance: Harness = {
  name: 'DynamoDB (emulated) through the AWS SDK',
  strategy: dynamodbVisibility({ readUnitsPerSecondMax: 1_000_000 }),
  startStore,
  connect,
  writes,
  otherWrites,
  reads,
  failures,
  rollback: { notApplicable: 'a transaction is one request' },
  toKey,
  manyCount: MANY_COUNT,
  keys: {
    calls: [
      {
        title: 'PutItem',
        run: ({ db }) => db.putItem({ TableName, Item: itemOf('k1', 'x') }),
        keys: [toKey('k1')],
      },
      {
        title: 'TransactWriteItems',
        run: ({ db }) =>
          db.transactWriteItems({
            TransactItems: [
              { Put: { TableName, Item: itemOf('k1', 'x') } },
              { Delete: { TableName, Key: keyOf('k2') } },
            ],
          }),
        keys: [toKey('k1'), toKey('k2')],
      },
      {
        title: 'GetItem',
        run: ({ db }) => db.getItem({ TableName, Key: keyOf('k1') }),
        keys: [toKey('k1')],
      },
      {
        title: 'BatchGetItem',
        run: ({ db }) =>
          db.batchGetItem({ RequestItems: { [TableName]: { Keys: [keyOf('k1'), keyOf('k2')] } } }),
        keys: [toKey('k1'), toKey('k2')],
      },
      { title: 'Scan', run: ({ db }) => db.scan({ TableName, Limit: 1 }), keys: undefined },
    ],
  },
  deletions: { notApplicable: 'nothing shows that a deletion has arrived; its waits are unknown' },
  expiry: { notApplicable: 'DynamoDB deletes what expired within days; the emulation does not' },
  severalReplicas: { notApplicable: 'a region of a global table is one endpoint' },
  promotion: { notApplicable: 'every region of a global table takes writes already' },
  olderCopy: { notApplicable: 'a restored copy is another table' },
  monitorOperations: {
    // Lookups: each is charged for, however many share a request. No other client reads in batches then.
    count: ({ table: { primary, replica } }) =>
      Promise.resolve(primary.counts.batchKeys + replica.counts.batchKeys),
  },
};

async function startStore(): Promise<DynamoDBConformanceStore> {
  const table = await startGlobalTable({ newestFirst: true, staleReads: true });
  await createTables(table);
  return {
    table,
    primary: toServer(table.primary),
    replicas: [toReplica(table)],
    shutdown: () => table.shutdown(),
  };
}

/** A region that cannot be reached; a crash of it looks the same from outside. */
function toServer(region: GlobalTableRegion): RunningServer {
  return {
    url: region.url,
    stop: () => region.stop(),
    kill: () => region.stop(),
    start: () => region.start(),
  };
}

function toReplica({ replica, lag }: GlobalTable): RunningReplica {
  return {
    ...toServer(replica),
    lag,
    disconnectClients: () => {
      replica.disconnectClients();
      return Promise.resolve();
    },
  };
}

function connect({ url, handle }: ConnectOptions): Promise<DynamoDBConformanceClient> {
  const bare = connectTo(new URL(url).origin);
  const db = handle ? wrapDynamoDB(bare, handle, { home: 'eu' }) : bare;
  return Promise.resolve({
    db,
    put: (id, text) => db.putItem({ TableName, Item: itemOf(id, text) }),
    get: async (id) => {
      const { Item } = await db.getItem({ TableName, Key: keyOf(id) });
      return Item?.['text']?.S;
    },
    remove: (id) => db.deleteItem({ TableName, Key: keyOf(id) }),
    shutdown: () => {
      bare.destroy();
      return Promise.resolve();
    },
  });
}
