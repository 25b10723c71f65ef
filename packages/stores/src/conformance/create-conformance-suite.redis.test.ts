import { createRendezvous } from '@rendezvous/client';
import type { StoreHandle, WatermarkStrategy } from '@rendezvous/protocol';
import { createMonitor, createServer } from '@rendezvous/server';
import { describe, expect, it } from 'vitest';
import { redisConformance } from '../../test/redis-conformance.js';
import { redisVisibility } from '../redis/index.js';
import { createConformanceSuite } from './create-conformance-suite.js';

// Adapters that are broken on purpose: the suite must catch each.

type Harness = typeof redisConformance;

const runtime = { createRendezvous, createServer, createMonitor };

/** Runs the cases whose titles begin like this; resolves with what those that failed rejected with. */
async function failuresOf(harness: Harness, titleStart: string): Promise<string[]> {
  const suite = createConformanceSuite(harness, runtime, { print: () => undefined });
  const failures: string[] = [];
  try {
    const cases = suite.cases.filter(({ title }) => title.startsWith(titleStart));
    expect(cases).not.toEqual([]);
    for (const { run } of cases) {
      await run().catch((error: unknown) => failures.push(String(error)));
    }
  } finally {
    await suite.shutdown();
  }
  return failures;
}

/** The harness with a shim that sees another handle than it was given. */
function withHandle(change: (handle: StoreHandle) => Partial<StoreHandle>): Harness {
  return {
    ...redisConformance,
    connect: ({ handle, ...options }) => {
      if (!handle) return redisConformance.connect(options);
      const { namespace, store, region, verify } = handle;
      const changed: StoreHandle = {
        ...{ namespace, store, region, verify, active: true },
        passRead: () => false,
        write: (operation) => handle.write(operation),
        read: (operation) => handle.read(operation),
        ...change(handle),
      };
      return redisConformance.connect({ ...options, handle: changed });
    },
  };
}

/** By offsets, with another idea of how far a replica is. */
function withWatermark(read: (strategy: WatermarkStrategy) => Promise<string>): Harness {
  const strategy = redisVisibility({ strategy: 'offset' }) as WatermarkStrategy;
  return {
    ...redisConformance,
    strategy: {
      ...strategy,
      connectReplica: async (target, signal) => {
        const connection = await strategy.connectReplica(target, signal);
        return { ...connection, readWatermark: () => read(strategy) };
      },
    },
  };
}

const lostWrites = withHandle(() => ({
  write: async (operation) => (await operation.execute('')).result,
}));
const readsAsWrites = withHandle((handle) => ({
  read: (operation) =>
    handle.write({ execute: async () => ({ result: await operation.execute(), wrote: true }) }),
}));
const noPositions = withHandle((handle) => ({
  write: (operation) =>
    handle.write({
      execute: async (bid) => {
        const { result, wrote } = await operation.execute(bid);
        return { result, wrote };
      },
    }),
}));
const otherErrors = withHandle((handle) => ({
  write: async (operation) => {
    try {
      return await handle.write(operation);
    } catch (cause) {
      throw new Error('the write failed', { cause });
    }
  },
}));

describe('the suite catches an adapter', () => {
  it.each<[what: string, harness: Harness, titleStart: string, message: RegExp]>([
    ['whose writes open no branch', lostWrites, 'one branch', /branches of posts/],
    ['whose branches have no position', noPositions, 'one branch', /no position/],
    ['whose reads open branches', readsAsWrites, 'no branch: GET', /deep-equal|strictly/],
    ['that changes errors', otherErrors, 'no branch, and the error', /deep-equal|strictly/],
  ])('%s', async (_, harness, titleStart, message) => {
    const failures = await failuresOf(harness, titleStart);
    expect(failures).not.toEqual([]);
    for (const failure of failures) expect(failure).toMatch(message);
  });

  it('whose reads do not wait', async () => {
    const harness = withHandle(() => ({ read: (operation) => operation.execute() }));
    expect(await failuresOf(harness, 'never early')).toHaveLength(1);
  });

  it('whose watermark is ahead of what reads see', async () => {
    const stores = new Set<Awaited<ReturnType<Harness['startStore']>>>();
    const ahead = withWatermark(async (strategy) => {
      const [store] = [...stores].slice(-1);
      return strategy.readPrimary(store?.primary.url ?? '', new AbortController().signal);
    });
    const harness: Harness = {
      ...ahead,
      startStore: async (options) => {
        const store = await ahead.startStore(options);
        stores.add(store);
        return store;
      },
    };
    expect(await failuresOf(harness, 'never early')).toHaveLength(1);
    expect(await failuresOf(harness, 'a replica from an older copy')).toHaveLength(1);
  });
});

it('a lag gate that does nothing fails the harness', async () => {
  const harness: Harness = {
    ...redisConformance,
    startStore: async (options) => {
      const store = await redisConformance.startStore(options);
      const lag = {
        setDelay: () => Promise.resolve(),
        pause: () => Promise.resolve(),
        resume: () => Promise.resolve(),
      };
      return { ...store, replicas: store.replicas.map((replica) => ({ ...replica, lag })) };
    },
    connect: async (options) => {
      const client = await redisConformance.connect(options);
      const put: typeof client.put = (key, value) => {
        // Through the gate, which should have held it.
        const pipeline = client.redis().pipeline().set(key, value);
        return (options.handle ? pipeline.wait(1, 0) : pipeline).exec();
      };
      return { ...client, put };
    },
  };
  expect(await failuresOf(harness, 'a promotion')).toHaveLength(1);
});

it('what does not apply is in the title, and printed with its reason', async () => {
  const lines: string[] = [];
  const harness: Harness = { ...redisConformance, expiry: { notApplicable: 'nothing expires' } };
  const suite = createConformanceSuite(harness, runtime, { print: (line) => lines.push(line) });
  const [expiry, ...others] = suite.cases.filter(({ notApplicable }) => notApplicable);
  await expiry?.run();
  await suite.shutdown();
  expect(others).toEqual([]);
  expect(expiry?.title).toMatch(/^an expiry: .* \(not applicable: nothing expires\)$/);
  expect(lines).toEqual([`conformance of Redis through ioredis: not run: ${expiry?.title ?? ''}`]);
});
