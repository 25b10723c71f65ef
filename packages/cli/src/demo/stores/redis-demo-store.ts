/** The demo on Redis: posts are keys, which the shim reads off each command by itself. */
import { Redis } from 'ioredis';
import type { DemoStore, Posts } from './demo-store.js';

export const redisDemoStore: DemoStore = {
  product: 'Redis',
  replicaRole: 'a replica',
  describeLag: (lagMs) =>
    `the replication link to us, which really replicates: a TCP proxy holds what the primary sends for ${lagMs} ms`,

  async startPair() {
    const { startRedisPair } = await import('@rendezvous/testkit');
    return startRedisPair();
  },

  async connect(url) {
    // One connection takes any number of requests at a time.
    const client = await connectTo(url);
    return {
      posts: toPosts(client),
      wrap: async (rv) => {
        const { wrapIoredis } = await import('@rendezvous/stores/redis');
        return toPosts(wrapIoredis(client, rv.store('posts')));
      },
    };
  },

  async connectObserver(url) {
    const client = await connectTo(url);
    return {
      findReadable: async (posts) => {
        const bodies = await client.mget([...posts]);
        return new Set(posts.filter((_, index) => bodies[index] !== null));
      },
    };
  },
};

async function connectTo(url: string): Promise<Redis> {
  const client = new Redis(url, { lazyConnect: true });
  await client.connect();
  return client;
}

function toPosts(client: Redis): Posts {
  return {
    write: async (post, body) => {
      await client.set(post, body);
    },
    read: async (post) => (await client.get(post)) !== null,
  };
}
