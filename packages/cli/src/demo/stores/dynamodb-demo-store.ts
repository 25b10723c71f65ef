/** The demo on an emulated DynamoDB global table: posts are items, read as `GetItem` does by default. */
import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import { RendezvousError } from '@rendezvous/protocol';
import type { DemoStore, Posts } from './demo-store.js';

const TableName = 'posts';
/** What `BatchGetItem` takes. */
const KEY_COUNT_MAX = 100;

export const dynamodbDemoStore: DemoStore = {
  product: 'DynamoDB (emulated)',
  replicaRole: 'the other region of an emulated global table',
  describeLag: (lagMs) =>
    `an emulation of a global table: dynalite serves both regions, and a replicator of Rendezvous' own applies each write to us ${lagMs} ms later`,

  async startPair() {
    const { startGlobalTable } = await import('@rendezvous/testkit');
    const table = await startGlobalTable();
    const client = await connectTo(table.primary.url);
    await client.createTable({
      TableName,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    client.destroy();
    return table;
  },

  async connect(url) {
    const client = await connectTo(url);
    // The first request makes the connection, before the measurement.
    await client.describeTable({ TableName });
    return {
      posts: toPosts(client),
      toKey: (post) => JSON.stringify([TableName, ['id', 'S', post]]),
      wrap: async (rv) => {
        const { wrapDynamoDB } = await import('@rendezvous/stores/dynamodb');
        return toPosts(wrapDynamoDB(client, rv.store('posts'), { home: 'eu' }));
      },
    };
  },

  async connectObserver(url) {
    const client = await connectTo(url);
    return {
      findReadable: async (posts) => {
        const Keys = posts.slice(0, KEY_COUNT_MAX).map((id) => ({ id: { S: id } }));
        const { Responses } = await client.batchGetItem({
          RequestItems: { [TableName]: { Keys } },
        });
        const items = Responses?.[TableName] ?? [];
        return new Set(items.flatMap(({ id }) => (id?.S === undefined ? [] : [id.S])));
      },
    };
  },
};

/** `url`: the emulation's, which names a region and credentials. */
async function connectTo(url: string): Promise<DynamoDB> {
  const { host, searchParams, username, password } = new URL(url);
  const { DynamoDB: Client } = await loadDriver();
  return new Client({
    endpoint: `http://${host}`,
    region: searchParams.get('region') ?? 'local',
    credentials: { accessKeyId: username, secretAccessKey: password },
  });
}

async function loadDriver(): Promise<typeof import('@aws-sdk/client-dynamodb')> {
  try {
    return await import('@aws-sdk/client-dynamodb');
  } catch (cause) {
    throw new RendezvousError(
      'config_invalid',
      'The demo on DynamoDB needs two packages: npm install --save-dev @aws-sdk/client-dynamodb dynalite@4.0.0',
      { cause },
    );
  }
}

function toPosts(client: DynamoDB): Posts {
  return {
    write: async (post, body) => {
      await client.putItem({ TableName, Item: { id: { S: post }, body: { S: body } } });
    },
    read: async (post) => {
      const { Item } = await client.getItem({ TableName, Key: { id: { S: post } } });
      return Item !== undefined;
    },
  };
}
