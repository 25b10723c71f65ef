import type { RedisClientOptions, RedisClientType, RedisDefaultModules, RedisScripts } from 'redis';
import { createClient, defineScript, RESP_TYPES } from 'redis';
import { called, settle, settleAll } from './outcomes.js';

// What a wrapped client of node-redis is asked, and a bare one: both must come to the same.

type CommandParser = Parameters<RedisScripts[string]['parseCommand']>[0];

type Put = RedisScripts[string] & {
  parseCommand(parser: CommandParser, key: string, value: string): void;
  transformReply(reply: unknown): string;
};

/** Scripts that a test's clients know. */
export const scripts: { readonly put: Put } = {
  put: defineScript({
    NUMBER_OF_KEYS: 1,
    SCRIPT: "return redis.call('set', KEYS[1], ARGV[1])",
    parseCommand: (parser: CommandParser, key: string, value: string) => {
      parser.pushKey(key);
      parser.push(value);
    },
    transformReply: (reply: unknown) => `put ${String(reply)}`,
  }),
};

export type NodeRedisTestClient = RedisClientType<
  RedisDefaultModules,
  Record<string, never>,
  { put: Put }
>;

/** A client that knows `scripts`, and does not mind errors. */
export function createTestClient(options: object): NodeRedisTestClient {
  const client: NodeRedisTestClient = createClient({ ...options, scripts });
  client.on('error', () => undefined);
  return client;
}

/** `keeper`: a bare client beside the one that is tested. */
type Run = (client: NodeRedisTestClient, keeper: NodeRedisTestClient) => Promise<unknown>;
type Options = Omit<RedisClientOptions, 'RESP'> & { readonly RESP?: 2 | 3 };
export type NodeRedisCase = readonly [title: string, run: Run, options?: Options | undefined];

async function collect(pages: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const page of pages) items.push(page);
  return items;
}

async function inOrder(calls: readonly (() => Promise<unknown>)[]): Promise<unknown> {
  const order: number[] = [];
  const note = (index: number) => (): void => {
    order.push(index);
  };
  await Promise.all(calls.map((call, index) => call().then(note(index), note(index))));
  return order;
}

export const commandCases: readonly NodeRedisCase[] = [
  ['GET', (c) => c.get('a')],
  ['GET of no key', (c) => c.get('none')],
  ['the name in capitals', (c) => c.GET('a')],
  ['MGET', (c) => c.mGet(['a', 'b', 'none'])],
  ['SET', (c) => c.set('a', 'new')],
  ['SET … NX in vain', (c) => c.set('a', 'new', { condition: 'NX' })],
  ['SET … GET', (c) => c.set('a', 'new', { GET: true })],
  ['MSET', (c) => c.mSet({ a: '3', b: '4' })],
  ['INCR', (c) => c.incr('a')],
  ['DEL and EXISTS', (c) => Promise.all([c.del(['a', 'none']), c.exists(['a', 'b'])])],
  ['EXPIRE and TTL', async (c) => [await c.expire('a', 100), await c.ttl('a')]],
  ['HSET of an object', (c) => c.hSet('hash', { three: 3 })],
  ['HGETALL becomes an object', (c) => c.hGetAll('hash')],
  ['HINCRBYFLOAT', (c) => c.hIncrByFloat('hash', 'one', 0.5)],
  ['LRANGE', (c) => c.lRange('list', 0, -1)],
  ['LPOP with a count', (c) => c.lPopCount('list', 2)],
  ['ZRANGE … WITHSCORES', (c) => c.zRangeWithScores('zset', 0, -1)],
  ['SORT … STORE', (c) => c.sortStore('set', 'sorted', { ALPHA: true })],
  [
    'XADD and XRANGE',
    async (c) => [await c.xAdd('stream', '2-1', { f: 'w' }), await c.xRange('stream', '-', '+')],
  ],
  ['XREAD', (c) => c.xRead({ key: 'stream', id: '0' }, { COUNT: 1 })],
  ['RENAME', (c) => c.rename('a', 'c')],
  ['COPY', (c) => c.copy('a', 'c')],
  ['GETDEL', (c) => c.getDel('a')],
  ['OBJECT ENCODING', (c) => c.objectEncoding('a')],
  ['SCAN page by page', async (c) => (await collect(c.scanIterator())).flat().sort()],
  ['HSCAN page by page', (c) => collect(c.hScanIterator('hash'))],
  ['sendCommand()', (c) => c.sendCommand(['GET', 'a'])],
  ['sendCommand() with odd case', (c) => c.sendCommand(['sEt', 'a', 'x'])],
  ['sendCommand() with bytes', (c) => c.sendCommand([Buffer.from('GET'), Buffer.from('a')])],
  ['bytes for text', (c) => c.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }).get('a')],
  ['other options', (c) => c.withCommandOptions({ timeout: 1_000 }).set('a', '1')],
  ['asap()', (c) => Promise.all([c.asap().set('a', '1'), c.get('a')])],
  ['a signal', (c) => c.withAbortSignal(new AbortController().signal).get('a')],
  ['PING and ECHO', (c) => Promise.all([c.ping(), c.echo('x')])],
  ['DBSIZE', (c) => c.dbSize()],
  ['CONFIG GET', (c) => c.configGet('appendonly')],
  [
    'SELECT keeps commands on their database',
    async (c) => Promise.all([c.set('a', '0'), c.select(1), c.get('a'), c.select(0), c.get('a')]),
  ],
  ['BLPOP', (c) => c.blPop('list', 1)],
  ['BLPOP in vain', (c) => c.blPop('none', 0.01)],
  ['RESP 2', (c) => Promise.all([c.hGetAll('hash'), c.set('a', '1'), c.get('a')]), { RESP: 2 }],
  ['a script', async (c) => [await c.put('a', 'x'), await c.put('a', 'y'), await c.get('a')]],
  ['EVAL', (c) => c.eval('return {KEYS[1], ARGV[1]}', { keys: ['a'], arguments: ['x'] })],
  [
    'legacy()',
    (c) => {
      const legacy = c.legacy();
      return called((callback) => legacy.set('a', 'x', callback));
    },
  ],
];

export const failureCases: readonly NodeRedisCase[] = [
  ['a wrong type', (c) => settle(c.incr('list'))],
  ['a wrong number of arguments', (c) => settle(c.sendCommand(['GET']))],
  ['an unknown command', (c) => settle(c.sendCommand(['NOSUCHCOMMAND', 'a']))],
  ['a syntax error', (c) => settle(c.sendCommand(['SET', 'a', 'b', 'NO']))],
  ['EVALSHA of no script', (c) => settle(c.evalSha('0'.repeat(40)))],
  ['a script that does not compile', (c) => settle(c.eval('return ('))],
  [
    'a script that fails',
    (c) => settle(c.eval("redis.call('set', 'a', '1') redis.call('incr', 'list')")),
  ],
  ['a module that is not there', (c) => settle(c.json.set('a', '$', 1))],
  ['an argument that cannot be sent', (c) => settle(c.set('a', undefined as never))],
  ['an aborted signal', (c) => settle(c.withAbortSignal(AbortSignal.abort()).set('a', '1'))],
  [
    'commands after close()',
    async (c) => {
      await c.close();
      return settleAll(c.get('a'), c.set('a', '1'), c.multi().set('a', '1').exec());
    },
  ],
  [
    'commands after destroy()',
    async (c) => {
      await c.get('a');
      const running = settleAll(c.get('a'), c.set('a', '1'));
      c.destroy();
      return running;
    },
  ],
];

export const batchCases: readonly NodeRedisCase[] = [
  ['a transaction', (c) => c.multi().set('a', '3').get('a').hGetAll('hash').exec()],
  ['an empty transaction', (c) => c.multi().exec()],
  ['a transaction as a pipeline', (c) => c.multi().set('a', '3').get('a').execAsPipeline()],
  ['a pipeline with a failure', (c) => settle(c.multi().incr('list').get('a').execAsPipeline())],
  ['a transaction with a script', (c) => c.multi().put('a', 'x').put('a', 'y').exec()],
  [
    'a transaction with a command that fails',
    (c) => settle(c.multi().incr('list').set('a', '1').exec()),
  ],
  [
    'a transaction that is aborted',
    (c) => settle(c.multi().addCommand(['NOSUCHCOMMAND']).set('a', '1').exec()),
  ],
  [
    'a watched key that changed',
    async (c, keeper) => {
      await c.watch('a');
      await keeper.set('a', 'other');
      return settle(c.multi().set('a', 'mine').exec());
    },
  ],
  [
    'the order of promises',
    (c) =>
      inOrder([
        () => c.set('a', '1'),
        () => c.get('a'),
        () => c.incr('list'),
        () => c.ping(),
        () => c.put('a', 'x'),
        () => c.mGet(['a', 'b']),
        () => c.del('a'),
      ]),
  ],
  [
    'the order of transactions',
    (c) => inOrder([() => c.multi().set('a', '2').exec(), () => c.multi().incr('list').exec()]),
  ],
];

export const connectionCases: readonly NodeRedisCase[] = [
  [
    'events up to close()',
    async (c) => {
      const events: unknown[] = [];
      for (const name of ['ready', 'reconnecting', 'end', 'connect', 'error']) {
        c.on(name, (...given: unknown[]) => events.push([name, ...given]));
      }
      const other = await c.set('a', '1');
      await c.close();
      return [other, events, c.isOpen];
    },
  ],
  [
    'a reconnect, and what was asked meanwhile',
    async (c, keeper) => {
      await c.set('a', '1');
      const again = new Promise((resolve) => c.once('reconnecting', resolve));
      await keeper.sendCommand(['CLIENT', 'KILL', 'ID', String(await c.clientId())]);
      await again;
      return settleAll(c.get('a'), c.set('a', '2'), c.get('a'));
    },
  ],
  [
    'a subscription',
    async (c, keeper) => {
      let subscribed: Promise<unknown> | undefined;
      const message = new Promise((resolve) => {
        subscribed = c.subscribe('news', (...given) => {
          resolve(given);
        });
      });
      await subscribed;
      await keeper.publish('news', 'hello');
      const during = await c.get('a');
      await c.unsubscribe('news');
      return [await message, during, await c.get('a')];
    },
  ],
  [
    'monitor()',
    async (c, keeper) => {
      let monitoring: Promise<unknown> | undefined;
      const seen = new Promise<unknown>((resolve) => {
        monitoring = c.monitor((reply: unknown) => {
          resolve(String(reply).split('"').slice(1));
        });
      });
      await monitoring;
      await keeper.get('seen');
      return seen;
    },
  ],
  [
    'duplicate()',
    async (c) => {
      const other = await c.duplicate().connect();
      const result = await other.get('a');
      await other.close();
      return [other.constructor === c.constructor, result];
    },
  ],
  ['quit()', (c) => settleAll(c.set('a', '1'), c.quit())],
];
