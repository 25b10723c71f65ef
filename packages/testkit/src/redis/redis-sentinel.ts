/** A real Redis Sentinel, which watches a pair and fails it over when its primary is gone. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startReaper } from '../reaper.js';
import { startServer } from '../server-process.js';
import { readInfo, withRedis } from './ask-redis.js';
import type { RedisPair } from './redis-pair.js';
import { findRedisProgram } from './redis-program.js';
import { untilTrue } from './until-true.js';

/** A primary that does not answer the sentinel for so long is replaced. */
const DOWN_AFTER_MS = 500;

export interface RedisSentinel {
  readonly port: number;
  /** What the pair is called there. */
  readonly name: string;
  /** Where clients reach what the sentinel names otherwise: `natMap` of ioredis, `nodeAddressMap` of node-redis. */
  readonly addressMap: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
  /** Ends the sentinel; the pair stays. Idempotent. */
  shutdown(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts one sentinel, which decides alone, and resolves once it knows primary and replica. */
export async function startRedisSentinel(pair: RedisPair): Promise<RedisSentinel> {
  const name = 'pair';
  const directory = await mkdtemp(join(tmpdir(), 'rendezvous-redis-sentinel-'));
  const reaper = startReaper(directory);
  const file = await findRedisProgram();
  const configFile = join(directory, 'sentinel.conf');
  // The sentinel writes into it. The replica finds its primary at the link, and must find it there.
  const settings = [
    'bind 127.0.0.1',
    `dir ${directory}`,
    `sentinel monitor ${name} 127.0.0.1 ${String(pair.link.port)} 1`,
    `sentinel down-after-milliseconds ${name} ${String(DOWN_AFTER_MS)}`,
  ];
  try {
    await writeFile(configFile, settings.join('\n'));
    const program = {
      name: 'Redis Sentinel',
      file,
      directory,
      logFile: join(directory, 'log'),
      user: undefined,
      signals: { stop: 'SIGTERM', abandon: 'SIGKILL' },
      argumentsFor: (port: number) => [configFile, '--sentinel', '--port', String(port)],
      urlOf: (port: number) => `redis://127.0.0.1:${String(port)}`,
      answers: (url: string, pid: number) =>
        withRedis(url, async (client) => {
          const info = await readInfo(client, 'server');
          return info.get('process_id') === String(pid);
        }),
      isPassing: (log: string) => log.includes('Address already in use'),
    } as const;
    const server = await startServer(program, reaper);
    await untilTrue('the sentinel did not find the replica', () =>
      withRedis(server.url, async (client) =>
        String(await client.call('INFO', 'sentinel')).includes('slaves=1'),
      ),
    );
    const shutdown = async (): Promise<void> => {
      await server.abandon();
      await reaper.release();
    };
    const primary = { host: '127.0.0.1', port: pair.primary.port };
    return {
      port: server.port,
      name,
      addressMap: { [`127.0.0.1:${String(pair.link.port)}`]: primary },
      shutdown,
      [Symbol.asyncDispose]: shutdown,
    };
  } catch (error) {
    await reaper.release();
    throw error;
  }
}
