import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { createClient } from 'redis';
import type { StoreHandle } from '@rendezvous/protocol';
import { wrapIoredis, wrapRedis } from '../src/redis/index.js';

/** A wrapped client of either driver, as far as tests treat them alike. */
export interface TestClient {
  /** One command, as the server knows it. */
  run(...parameters: readonly string[]): Promise<unknown>;
  pipeline(commands: readonly (readonly string[])[]): Promise<unknown>;
  /** MULTI … EXEC. */
  transaction(commands: readonly (readonly string[])[]): Promise<unknown>;
  end(): Promise<void>;
  /** What the driver gave, wrapped. */
  readonly driver: object;
}

export type Connect = (url: string, handle: StoreHandle) => Promise<TestClient>;

type Driver = new (url: string, options: object) => Redis;

export const connectIoredis: Connect = (url, handle) => connectDriver(Redis, url, handle);

/** The version before. */
export const connectIoredis5: Connect = (url, handle) =>
  connectDriver(Redis5 as unknown as Driver, url, handle);

async function connectDriver(
  DriverClass: Driver,
  url: string,
  handle: StoreHandle,
): Promise<TestClient> {
  const bare = new DriverClass(url, { lazyConnect: true });
  bare.on('error', () => undefined);
  const client = wrapIoredis(bare, handle);
  await client.connect();
  const toList = (commands: readonly (readonly string[])[]): string[][] =>
    commands.map((command) => ['call', ...command]);
  return {
    driver: client,
    run: (name = '', ...parameters) => client.call(name, parameters),
    pipeline: (commands) => client.pipeline(toList(commands)).exec(),
    transaction: (commands) => client.multi(toList(commands)).exec(),
    end: async () => {
      await client.quit();
    },
  };
}

export const connectNodeRedis: Connect = async (url, handle) => {
  const bare = createClient({ url });
  bare.on('error', () => undefined);
  const client = await wrapRedis(bare, handle).connect();
  const queue = (commands: readonly (readonly string[])[]) => {
    const multi = client.multi();
    for (const command of commands) multi.addCommand([...command]);
    return multi;
  };
  return {
    driver: client,
    run: (...parameters) => client.sendCommand(parameters),
    pipeline: (commands) => queue(commands).execAsPipeline(),
    transaction: (commands) => queue(commands).exec(),
    end: () => client.close(),
  };
};
