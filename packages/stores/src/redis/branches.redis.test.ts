import type { RedisPair } from '@rendezvous/testkit';
import { startRedisPair } from '@rendezvous/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { settle } from '../../test/outcomes.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import type { Recorded, RecordingOptions } from '../../test/recording-handle.js';
import { connectIoredis, connectIoredis5, connectNodeRedis } from '../../test/redis-clients.js';
import type { Connect, TestClient } from '../../test/redis-clients.js';

let pair: RedisPair;
let keeper: Redis;

beforeAll(async () => {
  pair = await startRedisPair();
  keeper = new Redis(pair.primary.url);
});

afterAll(async () => {
  await keeper.quit();
  await pair.shutdown();
});

interface Setup {
  readonly client: TestClient;
  readonly handle: RecordingHandle;
}

async function setup(
  connect: Connect,
  url = pair.primary.url,
  options?: RecordingOptions,
): Promise<Setup> {
  await keeper.flushall();
  await keeper.mset('a', '1', 'b', '2');
  await keeper.rpush('list', 'x', 'y');
  await keeper.sadd('set', 'm');
  await keeper.xadd('stream', '1-1', 'f', 'v');
  await keeper.xgroup('CREATE', 'stream', 'group', '0');
  const handle = new RecordingHandle(options);
  const client = await connect(url, handle);
  onTestFinished(() => client.end());
  return { client, handle };
}

/** `branch a,b`, `no branch`, `read`: what was asked of the handle. */
function summarize({ kind, keys }: Recorded): string {
  return keys === undefined ? kind : `${kind} ${keys.join(',')}`;
}

type Command = readonly string[];

const writes: readonly (readonly [command: Command, keys: string])[] = [
  [['SET', 'a', '1'], 'a'],
  [['MSET', 'a', '1', 'b', '1'], 'a,b'],
  [['INCR', 'a'], 'a'],
  [['DEL', 'a', 'b'], 'a,b'],
  [['EXPIRE', 'a', '100'], 'a'],
  [['PERSIST', 'a'], 'a'],
  [['RENAME', 'a', 'c'], 'a,c'],
  [['COPY', 'a', 'c'], 'a,c'],
  [['GETDEL', 'a'], 'a'],
  [['GETEX', 'a', 'EX', '9'], 'a'],
  [['SORT', 'set', 'ALPHA', 'STORE', 'c'], 'set,c'],
  [['LMOVE', 'list', 'c', 'LEFT', 'LEFT'], 'list,c'],
  [['XADD', 'stream', '*', 'f', 'v'], 'stream'],
  [['XREADGROUP', 'GROUP', 'group', 'me', 'STREAMS', 'stream', '>'], 'stream'],
  [['XGROUP', 'CREATE', 'stream', 'other', '0'], 'stream'],
  [['BLPOP', 'list', 'none', '1'], 'list,none'],
  [['EVAL', "return redis.call('set', KEYS[1], '1')", '1', 'a'], 'a'],
  [['EVAL', "return redis.call('set', 'a', '1')", '0'], ''],
  [['FLUSHDB'], ''],
];

const reads: readonly Command[] = [
  ['GET', 'a'],
  ['MGET', 'a', 'b'],
  ['KEYS', '*'],
  ['SCAN', '0'],
  ['SORT_RO', 'set', 'ALPHA'],
  ['XREAD', 'STREAMS', 'stream', '0'],
  ['EVAL_RO', "return redis.call('get', KEYS[1])", '1', 'a'],
  ['OBJECT', 'ENCODING', 'a'],
];

const neither: readonly Command[] = [
  ['PING'],
  ['CONFIG', 'GET', 'save'],
  ['PUBLISH', 'news', 'hello'],
  ['OBJECT', 'HELP'],
  ['FUNCTION', 'LIST'],
  ['WATCH', 'a'],
];

const failing: readonly Command[] = [
  ['INCR', 'list'],
  ['SET', 'a'],
  ['SET', 'a', '1', 'NO'],
  ['NOSUCHCOMMAND', 'a'],
  ['EVALSHA', '0'.repeat(40), '0'],
  ['EVAL', 'return (', '0'],
];

describe.each([
  ['ioredis', connectIoredis],
  ['ioredis 5', connectIoredis5],
  ['node-redis', connectNodeRedis],
])('with %s', (_, connect) => {
  it.each(writes)('%j opens one branch, with its position, on: %s', async (command, keys) => {
    const { client, handle } = await setup(connect);
    await client.run(...command);
    expect(handle.recorded.map(summarize)).toEqual([keys === '' ? 'branch' : `branch ${keys}`]);
    expect(handle.branches[0]?.position).toMatch(/^[0-9a-f]{40}:\d+$/);
  });

  it.each(reads.map((command) => [command]))('%j opens none', async (command) => {
    const { client, handle } = await setup(connect);
    await client.run(...command);
    expect(handle.branches).toEqual([]);
    expect(handle.reads).toHaveLength(1);
    expect(handle.reads[0]?.fromPrimary).toBe(true);
  });

  it.each(neither.map((command) => [command]))('%j is neither read nor write', async (command) => {
    const { client, handle } = await setup(connect);
    await client.run(...command);
    expect(handle.recorded).toEqual([]);
  });

  it.each(failing.map((command) => [command]))('%j fails and opens none', async (command) => {
    const { client, handle } = await setup(connect);
    expect(await settle(client.run(...command))).toHaveProperty('rejected');
    expect(handle.branches).toEqual([]);
  });

  it('a script that fails after it wrote opens one', async () => {
    const { client, handle } = await setup(connect);
    const code = "redis.call('set', KEYS[1], 'x') return redis.call('incr', 'list')";
    expect(await settle(client.run('EVAL', code, '1', 'a'))).toHaveProperty('rejected');
    expect(handle.branches).toHaveLength(1);
  });

  it('a blocking write that ends in vain opens none', async () => {
    const { client, handle } = await setup(connect);
    expect(await client.run('BLPOP', 'none', '0.01')).toBeNull();
    expect(handle.branches).toEqual([]);
  });

  it('a blocking write opens its branch when it has happened', async () => {
    const { client, handle } = await setup(connect);
    const popped = client.run('BLPOP', 'none', '0');
    await expect.poll(async () => String(await keeper.client('LIST'))).toContain('cmd=blpop');
    expect(handle.branches).toEqual([]);
    await keeper.rpush('none', 'x');
    await popped;
    expect(handle.branches).toHaveLength(1);
    expect(handle.branches[0]?.position).toBeDefined();
  });

  it('a pipeline is one branch, on all keys that it writes', async () => {
    const { client, handle } = await setup(connect);
    await client.pipeline([
      ['SET', 'a', '1'],
      ['GET', 'b'],
      ['DEL', 'c'],
    ]);
    expect(handle.recorded.map(summarize)).toEqual(['branch a,c']);
    expect(handle.branches[0]?.position).toBeDefined();
  });

  it('a pipeline without a write is a read', async () => {
    const { client, handle } = await setup(connect);
    await client.pipeline([['GET', 'a'], ['PING']]);
    expect(handle.recorded.map(summarize)).toEqual(['read a']);
  });

  it('a transaction is one branch, with a position behind it', async () => {
    const { client, handle } = await setup(connect);
    await client.transaction([
      ['SET', 'a', '1'],
      ['GET', 'b'],
      ['DEL', 'b'],
    ]);
    expect(handle.recorded.map(summarize)).toEqual(['branch a,b']);
    const offset = Number(handle.branches[0]?.position?.split(':')[1]);
    const info = await keeper.info('replication');
    // Nothing but the transaction and its signal was written.
    expect(offset).toBe(Number(/master_repl_offset:(\d+)/.exec(info)?.[1]));
  });

  it.each<readonly [string, readonly Command[]]>([
    ['writes nothing', [['GET', 'a']]],
    ['only fails', [['INCR', 'list']]],
  ])('a transaction that %s opens none', async (_title, commands) => {
    const { client, handle } = await setup(connect);
    await settle(client.transaction(commands));
    expect(handle.branches).toEqual([]);
  });

  it('a transaction that is aborted opens none', async () => {
    const { client, handle } = await setup(connect);
    await client.run('WATCH', 'a');
    await keeper.set('a', 'other');
    await settle(client.transaction([['SET', 'a', 'mine']]));
    await settle(client.transaction([['NOSUCHCOMMAND'], ['SET', 'a', 'mine']]));
    expect(handle.branches).toEqual([]);
    expect(await keeper.get('a')).toBe('other');
  });

  it('a write whose connection breaks opens one, and fails', async () => {
    const { client, handle } = await setup(connect);
    const id = String(await client.run('CLIENT', 'ID'));
    const popped = settle(client.run('BLPOP', 'none', '0'));
    await expect.poll(async () => String(await keeper.client('LIST'))).toContain('cmd=blpop');
    await keeper.client('KILL', 'ID', id);
    await keeper.rpush('none', 'x');
    const outcome = await popped;
    // One driver sends it again.
    if (typeof outcome === 'object' && outcome !== null && 'rejected' in outcome) {
      expect(handle.branches[0]?.position).toBeUndefined();
    }
    expect(handle.branches).toHaveLength(1);
  });

  it('while the mode is off, nothing is asked of the handle or sent besides', async () => {
    const { client, handle } = await setup(connect);
    handle.active = false;
    await keeper.config('RESETSTAT');
    await client.run('SET', 'a', '1');
    await client.pipeline([['SET', 'a', '1']]);
    await client.transaction([['SET', 'a', '1']]);
    await client.run('GET', 'a');
    expect(handle.recorded).toEqual([]);
    expect(await keeper.info('commandstats')).not.toMatch(/cmdstat_(?:publish|info):/);
  });

  it('a write costs one PUBLISH and one INFO, a read on a primary nothing', async () => {
    const { client } = await setup(connect);
    await client.run('GET', 'a');
    await keeper.config('RESETSTAT');
    for (let index = 0; index < 5; index += 1) {
      await client.run('SET', 'a', '1');
      await client.run('GET', 'a');
    }
    const stats = await keeper.info('commandstats');
    expect(stats).toMatch(/cmdstat_publish:calls=5,/);
    expect(stats).toMatch(/cmdstat_info:calls=5,/);
  });

  it('a role that may neither PUBLISH nor INFO writes all the same', async () => {
    await keeper.call(
      'ACL',
      'SETUSER',
      'app',
      'on',
      '>pw',
      '~*',
      '&*',
      '+@all',
      '-publish',
      '-info',
    );
    const url = new URL(pair.primary.url);
    url.username = 'app';
    url.password = 'pw';
    const { client, handle } = await setup(connect, url.href);
    expect(String(await client.run('SET', 'a', '7'))).toBe('OK');
    expect(String(await client.run('GET', 'a'))).toBe('7');
    expect(handle.branches).toEqual([{ kind: 'branch', position: undefined, keys: ['a'] }]);
    expect(handle.reads[0]?.fromPrimary).toBe(false);
  });

  it('a read on a replica that has nothing to wait for is the bare client’s', async () => {
    const { client, handle } = await setup(connect, pair.replica.url, { passReads: true });
    await client.run('GET', 'a');
    await client.run('GET', 'a');
    await client.transaction([['GET', 'a']]);
    // The first one asks the server what it is.
    expect(handle.recorded.map(({ kind }) => kind)).toEqual(['read', 'passed read', 'read']);
  });

  it('reads on a replica wait, and repeat only what can be repeated', async () => {
    const { client, handle } = await setup(connect, pair.replica.url);
    await client.run('GET', 'a');
    await client.run('XREAD', 'BLOCK', '1', 'STREAMS', 'stream', '$');
    await client.pipeline([['GET', 'a']]);
    await client.transaction([['GET', 'a']]);
    expect(handle.reads.map(({ fromPrimary, repeatable }) => [fromPrimary, repeatable])).toEqual([
      [false, true],
      [false, false],
      [false, false],
      [false, false],
    ]);
  });

  it('a read at the origin goes to the primary, past its shim', async () => {
    const { client: primary, handle: atPrimary } = await setup(connect);
    await keeper.wait(1, 1_000);
    const read = async (origin: unknown): Promise<unknown> => {
      const client = await connect(pair.replica.url, new RecordingHandle({ origin }));
      onTestFinished(() => client.end());
      return client.run('GET', 'a');
    };
    await pair.lag.pause();
    onTestFinished(() => pair.lag.resume());
    await keeper.set('a', 'new');
    expect(String(await read(undefined))).toBe('1');
    expect(String(await read(primary.driver))).toBe('new');
    expect(atPrimary.recorded).toEqual([]);
    await expect(read({})).rejects.toMatchObject({ code: 'config_invalid' });
  });

  it('a read on a promoted replica is one on a primary once a write has shown it', async () => {
    await using own = await startRedisPair();
    const handle = new RecordingHandle();
    const client = await connect(own.replica.url, handle);
    await client.run('GET', 'a');
    await own.promote();
    await client.run('SET', 'a', '1');
    await client.run('GET', 'a');
    await client.end();
    expect(handle.recorded.map(({ kind, fromPrimary }) => [kind, fromPrimary])).toEqual([
      ['read', false],
      ['branch', undefined],
      ['read', true],
    ]);
  });
});
