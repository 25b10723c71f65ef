/** One question to a server, on a connection of its own. */
import { Redis } from 'ioredis';

const CONNECT_TIMEOUT_MS = 5_000;

/** Connects, runs `use`, disconnects. Rejects when the server is not there; never tries twice. */
export async function withRedis<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    client.disconnect();
  }
}

/** What `INFO section` says, by field name. */
export async function readInfo(
  client: Redis,
  section: 'server' | 'replication',
): Promise<ReadonlyMap<string, string>> {
  const text = await client.info(section);
  return new Map(
    text.split('\r\n').map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
}
