import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  batchCases,
  callbackCases,
  commandCases,
  connectionCases,
  failureCases,
} from '../../test/ioredis-cases.js';
import type { IoredisComparison } from '../../test/ioredis-comparison.js';
import { startIoredisComparison } from '../../test/ioredis-comparison.js';
import { RecordingHandle } from '../../test/recording-handle.js';
import type { IoredisLike } from './index.js';
import { unwrap, wrapIoredis } from './index.js';

// Every case runs twice from the same state, on a bare client and on a wrapped one, and must come to
// the same: results in every field and of the same class, errors in every field, callbacks and events
// in the same order.

const cases = [
  ...commandCases,
  ...failureCases,
  ...batchCases,
  ...callbackCases,
  ...connectionCases,
].map((testCase) => ({ title: testCase[0], testCase }));

describe.each([
  ['ioredis 6', Redis],
  ['ioredis 5', Redis5 as unknown as typeof Redis],
])('a wrapped client of %s is the client', (_, Driver) => {
  let comparison: IoredisComparison;

  beforeAll(async () => {
    comparison = await startIoredisComparison(Driver);
  });

  afterAll(() => comparison.shutdown());

  it.each(cases)('$title', ({ testCase }) => comparison.compare(testCase));
});

describe('wrapIoredis', () => {
  let comparison: IoredisComparison;

  beforeAll(async () => {
    comparison = await startIoredisComparison(Redis);
  });

  afterAll(() => comparison.shutdown());

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
    const wrapped = wrapIoredis(new Redis({ lazyConnect: true }), handle);
    for (const client of [wrapped, {} as unknown]) {
      expect(() => wrapIoredis(client as IoredisLike, handle)).toThrow('[config_invalid]');
    }
  });
});
