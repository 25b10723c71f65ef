/** The strategy by itself: what a monitor relies on when a server misbehaves. */
import assert from 'node:assert/strict';
import type { ReplicaTarget } from '@rendezvous/protocol';
import type { ConformanceCase } from '../conformance-case.js';
import { caseWith } from '../conformance-case.js';
import { STORE } from '../deployment.js';
import { toPositionStrategy } from '../position-strategy.js';
import type { ConformanceHarness } from '../harness.js';
import type { SuiteContext } from '../suite-context.js';
import { until } from '../until.js';

const NONSENSE = ['nonsense', '?', '{}', '\u0000', '-'];

export function listReplicaConnectionCases(context: SuiteContext): ConformanceCase[] {
  return [...listPositionCases(context), ...listConnectionCases(context)];
}

function listPositionCases({ harness, onOwn, onShared }: SuiteContext): ConformanceCase[] {
  const positions = toPositionStrategy(harness.strategy);
  const { signal } = new AbortController();
  return [
    caseWith(
      'a position is parsed as one, and nonsense as none, without an exception',
      positions,
      (strategy) =>
        onShared(async ({ store }) => {
          const { order } = strategy;
          const parsed = order.parse(await strategy.readPrimary(store.primary.url, signal));
          assert.notEqual(parsed, undefined);
          assert.equal(order.relation(parsed, parsed), 'reached');
          for (const text of NONSENSE) assert.equal(order.parse(text), undefined, text);
        }),
    ),
    caseWith(
      'a replica that gets no writes reaches the position of its primary',
      positions,
      (strategy) =>
        onShared(async ({ store, replica }) => {
          const { order } = strategy;
          const connection = await strategy.connectReplica(toTarget(replica.url), signal);
          const position = order.parse(await strategy.readPrimary(store.primary.url, signal));
          await until('the replica reaches its primary', async () => {
            const watermark = order.parse(await connection.readWatermark());
            return order.relation(position, watermark) === 'reached';
          });
          await connection.shutdown();
        }),
    ),
    caseWith('a replica is no primary: its position is refused', positions, (strategy) =>
      onShared(async ({ replica }) => {
        await assertFails('store_failed', strategy.readPrimary(replica.url, signal));
      }),
    ),
    caseWith('a replica that dies: the next answer rejects', positions, (strategy) =>
      onOwn({ monitors: 'none' }, async ({ replica }) => {
        const connection = await strategy.connectReplica(toTarget(replica.url), signal);
        await connection.readWatermark();
        await replica.kill();
        await connection.lost;
        await assertFails('store_failed', connection.readWatermark());
        await connection.shutdown();
      }),
    ),
  ];
}

function listConnectionCases({ harness, onOwn, onShared }: SuiteContext): ConformanceCase[] {
  const { strategy } = harness;
  const { signal } = new AbortController();
  return [
    {
      title: 'a connection attempt that is aborted is cancelled',
      run: () =>
        onShared(async ({ replica }) => {
          const attempt = new AbortController();
          const connecting = strategy.connectReplica(toTarget(replica.url), attempt.signal);
          attempt.abort();
          await assertFails('cancelled', connecting);
        }),
    },
    {
      title: 'a replica that dies: its connection is lost, and none is had; shutdown works twice',
      run: () =>
        onOwn({ monitors: 'none' }, async ({ replica }) => {
          const connection = await strategy.connectReplica(toTarget(replica.url), signal);
          await replica.kill();
          // Where a connection is no more than a place to ask, the next question finds out.
          if ('readMarkers' in connection) {
            await assertFails('store_failed', connection.readMarkers([toKeyBytes(harness, 'any')]));
          }
          await connection.lost;
          await connection.shutdown();
          await connection.shutdown();
          await assertFails('store_failed', strategy.connectReplica(toTarget(replica.url), signal));
        }),
    },
    {
      title: 'a password in an endpoint is in no error',
      run: () =>
        onOwn({ monitors: 'none' }, async ({ replica }) => {
          await replica.kill();
          for (const endpoint of [withPassword(replica.url), 'secret nonsense']) {
            const error = await toError(strategy.connectReplica(toTarget(endpoint), signal));
            const fields = JSON.stringify(error, Object.getOwnPropertyNames(error));
            assert.ok(!fields.includes('secret'), fields.replaceAll('secret', '…'));
          }
        }),
    },
  ];
}

function toKeyBytes({ toKey }: ConformanceHarness, key: string): Uint8Array {
  return new TextEncoder().encode(toKey?.(key) ?? key);
}

function toTarget(endpoint: string): ReplicaTarget {
  return { endpoint, namespace: 'default', store: STORE };
}

function withPassword(endpoint: string): string {
  const url = new URL(endpoint);
  url.username = 'user';
  url.password = 'secret';
  return url.href;
}

async function toError(rejecting: Promise<unknown>): Promise<Error> {
  try {
    await rejecting;
  } catch (error) {
    assert.ok(error instanceof Error);
    return error;
  }
  throw new assert.AssertionError({ message: 'it was accepted' });
}

/** By a `RendezvousError` with this code. */
async function assertFails(code: string, rejecting: Promise<unknown>): Promise<void> {
  const error = await toError(rejecting);
  assert.equal((error as { readonly code?: unknown }).code, code, error.message);
}
