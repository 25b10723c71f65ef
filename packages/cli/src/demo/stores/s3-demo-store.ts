/** The demo on S3, as Ceph's gateways serve and replicate it: posts are objects. */
import type { S3 } from '@aws-sdk/client-s3';
import { RendezvousError } from '@rendezvous/protocol';
import type { DemoStore, Posts } from './demo-store.js';

const Bucket = 'posts';

export const s3DemoStore: DemoStore = {
  product: 'S3 (Ceph)',
  replicaRole: 'the other zone of a Ceph multisite',
  describeLag: (lagMs) =>
    `what us fetches from eu, which really replicates: an HTTP proxy holds each object until ${lagMs} ms after it was written; Ceph's own lag is about 100 ms, and uneven`,

  // Two gateways, an OSD and all of the demo: 50 lanes would start 250, and wait for processors.
  postRateMax: 20,

  async startPair() {
    const { startS3Pair } = await import('@rendezvous/testkit');
    const pair = await startS3Pair();
    try {
      await pair.createBucket(Bucket);
      return pair;
    } catch (error) {
      await pair.shutdown();
      throw error;
    }
  },

  async connect(url, connectionCount) {
    const client = await connectTo(url, connectionCount);
    // The first requests make the connections, before the measurement.
    await Promise.all(Array.from({ length: connectionCount }, () => client.headBucket({ Bucket })));
    return {
      posts: toPosts(client),
      toKey: (post) => `${Bucket}/${post}`,
      wrap: async (rv) => {
        const { wrapS3 } = await import('@rendezvous/stores/s3');
        return toPosts(wrapS3(client, rv.store('posts')));
      },
    };
  },

  async connectObserver(url) {
    const observed = toPosts(await connectTo(url, OBSERVER_CONNECTION_COUNT));
    return {
      findReadable: async (posts) => {
        const readable = await Promise.all(posts.map((post) => observed.read(post)));
        return new Set(posts.filter((_, index) => readable[index]));
      },
    };
  },
};

/** There are no batches: so many posts are asked for at a time. */
const OBSERVER_CONNECTION_COUNT = 8;

/** `url`: names a region and credentials. */
async function connectTo(url: string, maxSockets: number): Promise<S3> {
  const { host, searchParams, username, password } = new URL(url);
  const { S3: Client } = await loadDriver();
  return new Client({
    endpoint: `http://${host}`,
    region: searchParams.get('region') ?? 'local',
    credentials: { accessKeyId: username, secretAccessKey: password },
    forcePathStyle: true,
    requestHandler: { httpAgent: { maxSockets, keepAlive: true } },
  });
}

async function loadDriver(): Promise<typeof import('@aws-sdk/client-s3')> {
  try {
    return await import('@aws-sdk/client-s3');
  } catch (cause) {
    throw new RendezvousError(
      'config_invalid',
      'The demo on S3 needs a package: npm install --save-dev @aws-sdk/client-s3',
      { cause },
    );
  }
}

function toPosts(client: S3): Posts {
  return {
    write: async (post, body) => {
      await client.putObject({ Bucket, Key: post, Body: body });
    },
    read: async (post) => {
      try {
        await client.headObject({ Bucket, Key: post });
        return true;
      } catch (error) {
        const { $metadata } = error as {
          readonly $metadata?: { readonly httpStatusCode?: number };
        };
        if ($metadata?.httpStatusCode === 404) return false;
        throw error;
      }
    },
  };
}
