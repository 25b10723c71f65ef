import { Redis } from 'ioredis';
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

export const connectIoredis: Connect = async (url, handle) => {
  const bare = new Redis(url, { lazyConnect: true });
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
};

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
