import type { Role } from '@rendezvous/protocol';
import { expect, test, vi } from 'vitest';
import { openSession } from '../../test/raw-client.js';
import { startSessionServer } from '../../test/session-server.js';
import { until } from '../../test/until.js';

vi.setConfig({ testTimeout: 20_000 });

const MUTE = { autoPong: false };

const RELIED_ON: readonly Role[] = ['monitor', 'peer', 'admin'];

test.each(RELIED_ON)('a %s that does not answer pings is dropped', async (role) => {
  const node = await startSessionServer({ silenceMsMax: 30 });
  const client = await openSession(node.url, { role }, MUTE);
  expect(await client.closed).toBe(1006);
  expect(node.events).toContainEqual(expect.objectContaining({ event: 'session_dropped', role }));
});

test('a monitor that answers pings stays, whether or not it says anything', async () => {
  const node = await startSessionServer({ silenceMsMax: 30 });
  const mute = await openSession(node.url, { role: 'monitor' }, MUTE);
  const monitor = await openSession(node.url, { role: 'monitor' });
  let pingCount = 0;
  monitor.socket.on('ping', () => pingCount++);
  await mute.closed;
  await until(() => expect(pingCount).toBeGreaterThan(8));
  expect(await monitor.ask({ kind: 'ping' })).toEqual({ kind: 'done' });
});

test('a frozen function, which answers nothing, keeps its session', async () => {
  const node = await startSessionServer({ silenceMsMax: 30 });
  const frozen = await openSession(node.url, { role: 'writer' }, MUTE);
  const mute = await openSession(node.url, { role: 'monitor' }, MUTE);
  await mute.closed;
  expect(await frozen.ask({ kind: 'ping' })).toEqual({ kind: 'done' });
});
