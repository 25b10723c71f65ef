import { once } from 'node:events';
import type { Redis } from 'ioredis';
import { called, settle, settleAll, toOutcome } from './outcomes.js';

// What a wrapped client of ioredis is asked, and a bare one: both must come to the same.

export type IoredisCase = readonly [
  title: string,
  /** `keeper`: a bare client beside the one that is tested. */
  run: (client: Redis, keeper: Redis) => Promise<unknown>,
  options?: object | undefined,
];

async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

export const commandCases: readonly IoredisCase[] = [
  ['GET', (c) => c.get('a')],
  ['GET of no key', (c) => c.get('none')],
  ['GET as bytes', (c) => c.getBuffer('a')],
  ['GET with a key of bytes', (c) => c.get(Buffer.from('a'))],
  ['MGET', (c) => c.mget('a', 'b', 'none')],
  ['SET', (c) => c.set('a', 'new')],
  ['SET … NX in vain', (c) => c.set('a', 'new', 'NX')],
  ['SET … GET', (c) => c.set('a', 'new', 'GET')],
  ['MSET of an object', (c) => c.mset({ a: '3', b: '4' })],
  ['INCR', (c) => c.incr('a')],
  ['DEL and EXISTS', (c) => Promise.all([c.del('a', 'none'), c.exists('a', 'b')])],
  ['EXPIRE and TTL', async (c) => [await c.expire('a', 100), await c.ttl('a')]],
  ['HSET of an object', (c) => c.hset('hash', { three: 3 })],
  ['HGETALL becomes an object', (c) => c.hgetall('hash')],
  ['HGETALL as bytes', (c) => c.hgetallBuffer('hash')],
  ['HINCRBYFLOAT', (c) => c.hincrbyfloat('hash', 'one', '0.5')],
  ['LRANGE', (c) => c.lrange('list', 0, -1)],
  ['LPOP with a count', (c) => c.lpop('list', 2)],
  ['ZRANGE … WITHSCORES', (c) => c.zrange('zset', '0', '-1', 'WITHSCORES')],
  ['SORT … STORE', (c) => c.sort('set', 'ALPHA', 'STORE', 'sorted')],
  [
    'XADD and XRANGE',
    async (c) => [await c.xadd('stream', '2-1', 'f', 'w'), await c.xrange('stream', '-', '+')],
  ],
  ['XREAD', (c) => c.xread('COUNT', 1, 'STREAMS', 'stream', '0')],
  ['RENAME', (c) => c.rename('a', 'c')],
  ['COPY', (c) => c.copy('a', 'c')],
  ['GETDEL', (c) => c.getdel('a')],
  ['OBJECT ENCODING', (c) => c.object('ENCODING', 'a')],
  ['SCAN as a stream', async (c) => (await collect(c.scanStream())).flat().sort()],
  ['HSCAN as a stream', (c) => collect(c.hscanStream('hash'))],
  ['call()', (c) => c.call('GET', 'a')],
  ['callBuffer()', (c) => c.callBuffer('GET', 'a')],
  ['call() with odd case', (c) => c.call('sEt', 'a', 'x')],
  ['PING and ECHO', (c) => Promise.all([c.ping(), c.echo('x')])],
  ['DBSIZE', (c) => c.dbsize()],
  ['CONFIG GET', (c) => c.config('GET', 'appendonly')],
  [
    'SELECT keeps commands on their database',
    async (c) => Promise.all([c.set('a', '0'), c.select(1), c.get('a'), c.select(0), c.get('a')]),
  ],
  ['BLPOP', (c) => c.blpop('list', 1)],
  ['BLPOP in vain', (c) => c.blpop('none', 0.01)],
  [
    'a key prefix',
    (c) => Promise.all([c.set('k', '1'), c.get('k'), c.keys('*k')]),
    { keyPrefix: 'p:' },
  ],
];

export const failureCases: readonly IoredisCase[] = [
  ['a wrong type', (c) => settle(c.incr('list'))],
  ['a wrong number of arguments', (c) => settle(c.call('GET'))],
  ['an unknown command', (c) => settle(c.call('NOSUCHCOMMAND', 'a'))],
  ['a syntax error', (c) => settle(c.call('SET', 'a', 'b', 'NO'))],
  ['a friendly stack', (c) => settle(c.incr('list')), { showFriendlyErrorStack: true }],
  ['EVALSHA of no script', (c) => settle(c.evalsha('0'.repeat(40), 0))],
  ['a script that does not compile', (c) => settle(c.eval('return (', 0))],
  [
    'a script that fails',
    (c) => settle(c.eval("redis.call('set', 'a', '1') redis.call('incr', 'list')", 0)),
  ],
  ['an argument that cannot be sent', (c) => settle(c.set('a', undefined as never))],
  ['a command after quit()', async (c) => settleAll(c.quit(), c.get('a'), c.set('a', '1'))],
  ['a command that times out', (c) => settle(c.blpop('none', 0)), { commandTimeout: 30 }],
  [
    'a server that refuses',
    (c) => settleAll(c.get('a'), c.set('a', '1')),
    { port: 1, maxRetriesPerRequest: 0, retryStrategy: () => null },
  ],
  [
    'no offline queue',
    (c) => settleAll(c.get('a'), c.set('a', '1')),
    { enableOfflineQueue: false, lazyConnect: true },
  ],
];

/** Calls of one turn, and the order in which their callbacks come. */
async function inOrder(calls: readonly ((callback: () => void) => unknown)[]): Promise<unknown> {
  const order: number[] = [];
  const ended = calls.map(
    (call, index) =>
      new Promise<void>((resolve) => {
        call(() => {
          order.push(index);
          resolve();
        });
      }),
  );
  await Promise.all(ended);
  return order;
}

/** What a client tells from `start` until it has ended. */
async function eventsUntilEnd(client: Redis, start: () => unknown): Promise<unknown> {
  const events: unknown[] = [];
  for (const name of ['connect', 'ready', 'close', 'reconnecting', 'end', 'select', 'wait']) {
    client.on(name, (...given: unknown[]) => events.push([name, ...given]));
  }
  const ended = once(client, 'end');
  await start();
  await ended;
  return events;
}

export const batchCases: readonly IoredisCase[] = [
  ['a pipeline', (c) => c.pipeline().set('a', 3).get('a').hgetall('hash').exec()],
  [
    'a pipeline with a failure',
    async (c) => (await c.pipeline().incr('list').get('a').exec())?.map((r) => r.map(toOutcome)),
  ],
  ['an empty pipeline', (c) => c.pipeline().exec()],
  [
    'a pipeline from a list',
    (c) =>
      c
        .pipeline([
          ['get', 'a'],
          ['set', 'a', '5'],
        ])
        .exec(),
  ],
  [
    'callbacks in a pipeline',
    (c) =>
      called((callback) =>
        c
          .pipeline()
          .set('a', '1', callback)
          .exec(() => undefined),
      ),
  ],
  ['a transaction', (c) => c.multi().set('a', 3).get('a').hgetall('hash').exec()],
  [
    'a transaction without a pipeline',
    async (c) => [
      await c.multi({ pipeline: false }),
      await c.set('a', '9'),
      await c.get('a'),
      await c.exec(),
    ],
  ],
  [
    'DISCARD',
    async (c) => [
      await c.multi({ pipeline: false }),
      await c.set('a', '9'),
      await c.discard(),
      await c.get('a'),
    ],
  ],
  [
    'a transaction with a command that fails',
    async (c) => (await c.multi().incr('list').set('a', '1').exec())?.map((r) => r.map(toOutcome)),
  ],
  [
    'a transaction that is aborted',
    (c) => settle(c.multi().call('NOSUCHCOMMAND').set('a', '1').exec()),
  ],
  [
    'a watched key that changed',
    async (c, keeper) => {
      await c.watch('a');
      await keeper.set('a', 'other');
      return c.multi().set('a', 'mine').exec();
    },
  ],
  [
    'a transaction inside a pipeline',
    (c) => c.pipeline([['get', 'a'], ['multi'], ['set', 'a', '7'], ['exec'], ['get', 'a']]).exec(),
  ],
  [
    'automatic pipelines',
    (c) => Promise.all([c.set('a', '1'), c.get('a'), c.incr('a'), c.get('a')]),
    { enableAutoPipelining: true },
  ],
  [
    'automatic pipelines with a failure',
    (c) => settleAll(c.incr('list'), c.get('a')),
    { enableAutoPipelining: true },
  ],
  ['EVAL', (c) => c.eval('return {KEYS[1], ARGV[1]}', 1, 'a', 'x')],
  [
    'a command of one’s own',
    async (c, keeper) => {
      c.defineCommand('swap', {
        numberOfKeys: 1,
        lua: "return redis.call('getset', KEYS[1], ARGV[1])",
      });
      const client = c as Redis &
        Record<'swap' | 'swapBuffer', (...p: string[]) => Promise<unknown>>;
      await keeper.script('FLUSH');
      return [
        await client.swap('a', 'x'),
        await client.swap('a', 'y'),
        await client.swapBuffer('a', 'z'),
      ];
    },
  ],
  [
    'a command of one’s own in a pipeline',
    async (c) => {
      c.defineCommand('put', {
        numberOfKeys: 1,
        lua: "return redis.call('set', KEYS[1], ARGV[1])",
      });
      return (c.pipeline() as never as { put(...p: string[]): { exec(): Promise<unknown> } })
        .put('a', 'x')
        .exec();
    },
  ],
];

export const callbackCases: readonly IoredisCase[] = [
  ['a callback', (c) => called((callback) => c.get('a', callback))],
  ['a callback of a write', (c) => called((callback) => c.set('a', '1', callback))],
  ['a callback of a failure', (c) => called((callback) => c.incr('list', callback))],
  [
    'the order of callbacks',
    (c) =>
      inOrder([
        (done) => c.set('a', '1', done),
        (done) => c.get('a', done),
        (done) => c.ping(done),
        (done) => c.incr('list', done),
        (done) => c.get('none', done),
        (done) => c.del('a', done),
        (done) => c.dbsize(done),
      ]),
  ],
  [
    'the order of pipelines',
    (c) =>
      inOrder([
        (done) => c.pipeline().set('a', '2').get('a').exec(done),
        (done) => c.pipeline().get('a').exec(done),
        (done) => c.pipeline().incr('list').exec(done),
      ]),
  ],
  [
    'the order of promises',
    async (c) => {
      const order: string[] = [];
      const note = (what: string) => (): void => {
        order.push(what);
      };
      await Promise.all([
        c.set('a', '1').then(note('set')),
        c.get('a').then(note('get')),
        c.incr('list').catch(note('failure')),
        c.ping().then(note('ping')),
        c.eval('return 1', 0).then(note('eval')),
        c.mget('a', 'b').then(note('mget')),
      ]);
      return order;
    },
  ],
];

export const connectionCases: readonly IoredisCase[] = [
  [
    'events up to quit()',
    (c) =>
      eventsUntilEnd(c, async () => {
        await c.connect();
        await c.set('a', '1');
        await c.quit();
      }),
    { lazyConnect: true },
  ],
  [
    'events up to disconnect()',
    (c) =>
      eventsUntilEnd(c, async () => {
        await c.get('a');
        c.disconnect();
      }),
  ],
  [
    'a reconnect, and what was queued meanwhile',
    async (c, keeper) => {
      await c.set('a', '1');
      const closed = once(c, 'close');
      await keeper.client('KILL', 'ID', await c.client('ID'));
      await closed;
      return settleAll(c.get('a'), c.set('a', '2'), c.get('a'));
    },
  ],
  [
    'a subscription',
    async (c, keeper) => {
      const message = once(c, 'message');
      const count = await c.subscribe('news', 'sports');
      await keeper.publish('news', 'hello');
      const refused = await settle(c.get('a'));
      return [count, await message, refused, await c.unsubscribe(), c.mode, await c.get('a')];
    },
  ],
  [
    'a pattern subscription',
    async (c, keeper) => {
      const message = once(c, 'pmessage');
      await c.psubscribe('n*');
      await keeper.publish('news', 'hello');
      return message;
    },
  ],
  [
    'monitor()',
    async (c, keeper) => {
      const monitor = await c.monitor();
      const seen = once(monitor, 'monitor');
      await keeper.get('seen');
      const [, parameters] = (await seen) as [string, string[]];
      monitor.disconnect();
      return parameters;
    },
  ],
  [
    'duplicate()',
    async (c) => {
      const other = c.duplicate();
      const result = await other.get('a');
      await other.quit();
      return [other.constructor === c.constructor, result];
    },
  ],
];
