import { once } from 'node:events';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { IoredisCase, IoredisComparison } from '../../test/ioredis-comparison.js';
import { startIoredisComparison } from '../../test/ioredis-comparison.js';
import { called, settle, settleAll, toOutcome } from '../../test/outcomes.js';

// As in ioredis-shim.redis.test.ts: bare and wrapped must come to the same, here also in the order of
// callbacks and events.

let comparison: IoredisComparison;
let keeper: Redis;

beforeAll(async () => {
  comparison = await startIoredisComparison();
  ({ keeper } = comparison);
});

afterAll(() => comparison.shutdown());

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

const batches: readonly IoredisCase[] = [
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
    async (c) => {
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
    async (c) => {
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

const callbacks: readonly IoredisCase[] = [
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

const connections: readonly IoredisCase[] = [
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
    async (c) => {
      await c.set('a', '1');
      const closed = once(c, 'close');
      await keeper.client('KILL', 'ID', await c.client('ID'));
      await closed;
      return settleAll(c.get('a'), c.set('a', '2'), c.get('a'));
    },
  ],
  [
    'a subscription',
    async (c) => {
      const message = once(c, 'message');
      const count = await c.subscribe('news', 'sports');
      await keeper.publish('news', 'hello');
      const refused = await settle(c.get('a'));
      return [count, await message, refused, await c.unsubscribe(), c.mode, await c.get('a')];
    },
  ],
  [
    'a pattern subscription',
    async (c) => {
      const message = once(c, 'pmessage');
      await c.psubscribe('n*');
      await keeper.publish('news', 'hello');
      return message;
    },
  ],
  [
    'monitor()',
    async (c) => {
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
      return [other.constructor === Redis, result];
    },
  ],
];

describe('a wrapped client is the client', () => {
  const cases = [...batches, ...callbacks, ...connections];
  it.each(cases.map((testCase) => ({ title: testCase[0], testCase })))('$title', ({ testCase }) =>
    comparison.compare(testCase),
  );
});
