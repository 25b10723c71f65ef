/** A function that was frozen for minutes: its socket is dead and says nothing. */
import { createRendezvous } from '@rendezvous/client';
import type { LogEvent } from '@rendezvous/client';
import { startDelayProxy, startNode } from '@rendezvous/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { BOOKMARK } from '../../test/bookmarks.js';
import { CONTEXT } from '../../test/local-queues.js';
import { withRendezvous } from './with-rendezvous.js';

// A machine under load takes its time to start a node, or to load the SDK.
vi.setConfig({ testTimeout: 20_000 });

const FROZEN_MS = 300_000;

test('the first invocation after a thaw is answered over a new connection, not after the silence of the old one', async () => {
  await using node = await startNode({ regions: ['us'], stores: [], strategies: {} });
  await using first = await startDelayProxy({ targetPort: node.port });
  await using second = await startDelayProxy({ targetPort: node.port });
  const events: LogEvent[] = [];
  await using rv = createRendezvous({
    region: 'us',
    nodes: [first, second].map(({ port }) => `ws://127.0.0.1:${port}`).join('|'),
    log: (event) => events.push(event),
  });
  const handler = withRendezvous(rv, () => rv.wait({ bookmark: BOOKMARK }));
  await handler({}, CONTEXT);
  await handler({}, CONTEXT);
  expect(rv.counters.connects).toBe(1);

  // What comes over the old connection is lost on the way, and the clock has gone on.
  (first.connections > 0 ? first : second).pause();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + FROZEN_MS });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { pending } = await handler({}, CONTEXT);
  expect(pending.map(({ reason }) => reason)).not.toContain('unreachable');
  expect(rv.counters.connects).toBe(2);
  expect(events.map(({ event }) => event)).not.toContain('session_lost');
});
