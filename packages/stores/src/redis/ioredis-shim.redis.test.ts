import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IoredisCase, IoredisComparison } from '../../test/ioredis-comparison.js';
import { startIoredisComparison } from '../../test/ioredis-comparison.js';
import { settle, settleAll } from '../../test/outcomes.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import type { IoredisLike } from './index.js';
import { unwrap, wrapIoredis } from './index.js';

// Every case runs twice from the same state, on a bare client and on a wrapped one, and must come to
// the same: results in every field and of the same class, errors in every field.

let comparison: IoredisComparison;

beforeAll(async () => {
  comparison = await startIoredisComparison();
});

afterAll(() => comparison.shutdown());

async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

const commands: readonly IoredisCase[] = [
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

const failures: readonly IoredisCase[] = [
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

describe('a wrapped client is the client', () => {
  it.each([...commands, ...failures].map((testCase) => ({ title: testCase[0], testCase })))(
    '$title',
    ({ testCase }) => comparison.compare(testCase),
  );
});

describe('wrapIoredis', () => {
  beforeEach(() => comparison.reset());

  it('gives an instance of the same class, with its properties', async () => {
    const bare = new Redis(comparison.pair.primary.url, { lazyConnect: true });
    const client = wrapIoredis(bare, new RecordingHandle());
    expect(client instanceof Redis).toBe(true);
    expect([client.status, client.options, client.on('error', () => undefined)]).toEqual([
      'wait',
      bare.options,
      client,
    ]);
    expect(unwrap(client)).toBe(bare);
    await client.connect();
    await client.quit();
  });

  it('wraps duplicates', async () => {
    const handle = new RecordingHandle();
    const client = wrapIoredis(new Redis(comparison.pair.primary.url), handle);
    const other = client.duplicate();
    await other.set('a', '1');
    expect(handle.branches).toHaveLength(1);
    await Promise.all([client.quit(), other.quit()]);
  });

  it('refuses what it cannot wrap', () => {
    const handle = new RecordingHandle();
    const cluster = new Cluster([{ port: 1 }], { lazyConnect: true });
    const wrapped = wrapIoredis(new Redis({ lazyConnect: true }), handle);
    for (const client of [cluster, wrapped, {} as unknown]) {
      expect(() => wrapIoredis(client as IoredisLike, handle)).toThrow('[config_invalid]');
    }
    cluster.disconnect();
  });
});
