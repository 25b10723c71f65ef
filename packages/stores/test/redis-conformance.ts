import { type LinkedReplica, type RedisPair, startRedisPair } from '@rendezvous/testkit';
import { Redis } from 'ioredis';
import type {
  ConformanceCall,
  ConformanceClient,
  ConformanceHarness,
  ConnectOptions,
  RunningReplica,
  RunningStore,
} from '../src/conformance/index.js';
import { redisVisibility, wrapIoredis } from '../src/redis/index.js';

/** Redis with a replica, through ioredis. */
interface RedisConformanceClient extends ConformanceClient {
  /** The connections in turns: ioredis has no pool. */
  readonly redis: () => Redis;
}

interface RedisConformanceStore extends RunningStore {
  readonly pair: RedisPair;
}

type Harness = ConformanceHarness<RedisConformanceClient, RedisConformanceStore>;
type Call = ConformanceCall<RedisConformanceClient>;

const calling =
  (...parameters: readonly [command: string, ...rest: string[]]): Call['run'] =>
  ({ redis }) => {
    const [command, ...rest] = parameters;
    return redis().call(command, rest);
  };

const SET_SCRIPT = "return redis.call('set', KEYS[1], ARGV[1])";

const writes: Harness['writes'] = [
  { title: 'SET', run: ({ redis }, key, value) => redis().set(key, value) },
  {
    title: 'a command by its name',
    run: ({ redis }, key, value) => redis().call('SET', [key, value]),
  },
  {
    title: 'a callback',
    run: ({ redis }, key, value) =>
      new Promise((resolve, reject) => {
        redis()
          .set(key, value, (error, result) => {
            if (error) reject(error);
            else resolve(result);
          })
          .catch(reject);
      }),
  },
  {
    title: 'a pipeline',
    run: ({ redis }, key, value) => redis().pipeline().set(key, value).get(key).exec(),
  },
  { title: 'MULTI', run: ({ redis }, key, value) => redis().multi().set(key, value).exec() },
  { title: 'EVAL', run: ({ redis }, key, value) => redis().eval(SET_SCRIPT, 1, key, value) },
];

const otherWrites: Harness['otherWrites'] = [
  { title: 'DEL', run: ({ redis }, key) => redis().del(key) },
  { title: 'EXPIRE', run: ({ redis }, key) => redis().expire(key, 100) },
  { title: 'INCR', run: ({ redis }, key) => redis().incr(key) },
  { title: 'RPUSH', run: ({ redis }, key) => redis().rpush(key, 'a', 'b') },
  { title: 'XADD', run: ({ redis }, key) => redis().xadd(key, '*', 'field', 'value') },
  { title: 'MSET', run: ({ redis }, key) => redis().mset(`${key}-a`, '1', `${key}-b`, '2') },
];

const reads: Harness['reads'] = [
  { title: 'GET', run: ({ redis }, key) => redis().get(key) },
  { title: 'SCAN', run: calling('SCAN', '0') },
  { title: 'EVAL_RO', run: calling('EVAL_RO', 'return 1', '0') },
  { title: 'PING', run: calling('PING') },
  {
    title: 'a pipeline that only reads',
    run: ({ redis }, key) => redis().pipeline().get(key).exec(),
  },
];

const failures: Harness['failures'] = [
  { title: 'an unknown command', run: calling('NOSUCHCOMMAND') },
  { title: 'a wrong number of arguments', run: calling('SET', 'a') },
  { title: 'a script that does not compile', run: calling('EVAL', 'return (', '0') },
  {
    title: 'an argument that is no number',
    run: ({ redis }, key) => redis().incrbyfloat(key, 'nonsense'),
  },
];

const keyed: readonly (readonly [readonly [string, ...string[]], readonly string[] | undefined])[] =
  [
    [['SET', 'k1', '1'], ['k1']],
    [
      ['MSET', 'k1', '1', 'k2', '2'],
      ['k1', 'k2'],
    ],
    [
      ['RENAME', 'k1', 'k3'],
      ['k1', 'k3'],
    ],
    [
      ['DEL', 'k2', 'k3'],
      ['k2', 'k3'],
    ],
    [['EVAL', SET_SCRIPT, '1', 'k4', 'x'], ['k4']],
    [['GET', 'k4'], ['k4']],
    [
      ['MGET', 'k1', 'k4'],
      ['k1', 'k4'],
    ],
    [['SCAN', '0'], undefined],
  ];

/** What a monitor asks of a server. `PUBLISH` is the shim's. */
const MONITOR_COMMANDS = /^cmdstat_(?:info|ping|subscribe|auth|client\|setname):calls=(\d+)/gm;

export const redisConformance: Harness = {
  name: 'Redis through ioredis',
  strategy: redisVisibility(),
  startStore,
  connect,
  writes,
  otherWrites,
  reads,
  failures,
  rollback: {
    run: async ({ redis }, key, value) => {
      const connection = redis();
      await connection.multi({ pipeline: false });
      await connection.set(key, value);
      await connection.discard();
    },
  },
  keys: {
    calls: keyed.map(([command, keys]) => ({
      title: command.join(' '),
      run: (client) => calling(...command)(client, ''),
      keys,
    })),
  },
  expiry: { expire: ({ redis }, key, afterMs) => redis().pexpire(key, afterMs) },
  severalReplicas: true,
  promotion: { promote: ({ pair }) => pair.promote() },
  olderCopy: {
    // A server without persistence starts empty.
    keep: () => Promise.resolve(),
    restore: async ({ pair: { replica } }) => {
      await replica.stop();
      await replica.start();
    },
  },
  monitorOperations: {
    count: async ({ pair }) => {
      const counts = [pair.primary, ...pair.replicas.map(({ replica }) => replica)].map(
        async ({ url }) => {
          const stats = await ask(url, (client) => client.info('commandstats'));
          return [...stats.matchAll(MONITOR_COMMANDS)].map(([, calls]) => Number(calls));
        },
      );
      return (await Promise.all(counts)).flat().reduce((sum, calls) => sum + calls, 0);
    },
  },
};

async function startStore(options: {
  readonly replicaCount: number;
}): Promise<RedisConformanceStore> {
  const pair = await startRedisPair(options);
  return {
    pair,
    primary: pair.primary,
    replicas: pair.replicas.map(toReplica),
    shutdown: () => pair.shutdown(),
  };
}

function toReplica({ replica, lag }: LinkedReplica): RunningReplica {
  return {
    url: replica.url,
    stop: () => replica.stop(),
    kill: () => replica.kill(),
    start: () => replica.start(),
    lag,
    disconnectClients: () =>
      ask(replica.url, async (client) => {
        for (const type of ['pubsub', 'normal']) {
          await client.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
        }
      }),
  };
}

async function ask<T>(url: string, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { enableReadyCheck: false });
  try {
    return await question(client);
  } finally {
    client.disconnect();
  }
}

async function connect({
  url,
  handle,
  connectionCount,
}: ConnectOptions): Promise<RedisConformanceClient> {
  const connections = Array.from({ length: connectionCount }, () => {
    const bare = new Redis(url, { lazyConnect: true });
    // A server that ends takes its connections with it; they come back by themselves.
    bare.on('error', () => undefined);
    return { bare, redis: handle ? wrapIoredis(bare, handle) : bare };
  });
  await Promise.all(connections.map(({ redis }) => redis.connect()));
  let turn = 0;
  const redis = (): Redis => {
    turn = (turn + 1) % connections.length;
    const connection = connections[turn];
    if (connection === undefined) throw new Error('a client needs a connection');
    return connection.redis;
  };
  return {
    redis,
    put: (key, value) => redis().set(key, value),
    get: async (key) => (await redis().get(key)) ?? undefined,
    remove: (key) => redis().del(key),
    shutdown: () => {
      for (const { bare } of connections) bare.disconnect();
      return Promise.resolve();
    },
  };
}
