// A client that does not read what it is sent: what the node keeps for it is counted in bytes.
import { decodeNodeFrame } from '@rendezvous/protocol';
import { expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { openOf } from '../../test/operations.js';
import { openSession, type RawClient } from '../../test/raw-client.js';
import { type SessionServer, startSessionServer } from '../../test/session-server.js';
import { until } from '../../test/until.js';
import { BUFFERED_BYTES_HIGH, BUFFERED_BYTES_MAX } from './outgoing-frames.js';

vi.setConfig({ testTimeout: 20_000 });

const MIB = 1024 * 1024;

/** The largest open there is: 300 kB, and as much again for each monitor that hears of it. */
const largeOpen = (): ReturnType<typeof openOf> =>
  openOf({
    store: 'photos',
    position: '',
    keys: Array.from({ length: 100 }, () => new Uint8Array(3_000)),
  });

/** A monitor that has attached so many times to us-1, and the node's side of its session. */
async function attachMonitor(
  node: SessionServer,
  attachCount: number,
): Promise<{ monitor: RawClient; served: WebSocket }> {
  const monitor = await openSession(node.url, { role: 'monitor' });
  const [served] = node.sockets;
  if (!served) throw new Error('the node has no session');
  const attach = { kind: 'attach', store: 'photos', region: 'us', replica: 'us-1', barrier: '' };
  await Promise.all(monitor.askAll(Array.from({ length: attachCount }, () => attach as never)));
  return { monitor, served };
}

test('a client that does not read is no longer listened to, and heard again once it reads', async () => {
  const node = await startSessionServer();
  const { monitor, served } = await attachMonitor(node, 10);
  const writer = await openSession(node.url);
  monitor.socket.pause();
  while (!served.isPaused) await writer.askFor('opened', largeOpen());
  expect(served.bufferedAmount).toBeGreaterThan(BUFFERED_BYTES_HIGH);
  const pong = monitor.ask({ kind: 'ping' });
  monitor.socket.resume();
  expect(await pong).toEqual({ kind: 'done' });
  expect(served.isPaused).toBe(false);
});

test('a client that does not read is dropped beyond the bound, and what it kept is freed', async () => {
  const node = await startSessionServer();
  const { monitor, served } = await attachMonitor(node, 20);
  const writer = await openSession(node.url);
  monitor.socket.pause();
  let bufferedBytesMax = 0;
  while (served.readyState === served.OPEN) {
    await writer.askFor('opened', largeOpen());
    bufferedBytesMax = Math.max(bufferedBytesMax, served.bufferedAmount);
  }
  expect(bufferedBytesMax).toBeLessThan(BUFFERED_BYTES_MAX + 2 * MIB);
  expect(node.events).toContainEqual(
    expect.objectContaining({ event: 'session_dropped', role: 'monitor' }),
  );
  await until(() => expect(served.bufferedAmount).toBe(0));
  const status = await writer.askFor('statusAnswer', { kind: 'status' });
  expect(status.sessions).toBe(1);
});

test('one frame that asks for more than the client reads is not answered to its end', async () => {
  const node = await startSessionServer();
  const { monitor, served } = await attachMonitor(node, 1);
  const writer = await openSession(node.url);
  await writer.askFor('opened', largeOpen());
  monitor.socket.pause();
  const attach = { kind: 'attach', store: 'photos', region: 'us', replica: 'us-1', barrier: '' };
  // Each is told of the open branch: 4,000 × 300 kB, if the node went on.
  monitor.send(Array.from({ length: 4_000 }, (_, id) => ({ id: id + 10, body: attach as never })));
  await until(() => expect(served.readyState).not.toBe(served.OPEN));
  expect(served.bufferedAmount).toBeLessThan(BUFFERED_BYTES_MAX + 2 * MIB);
  // Nor is it taken in: nobody would ever detach what a dead session attached.
  const { replicas } = await writer.askFor('statusAnswer', { kind: 'status' });
  expect(replicas).toContainEqual(expect.objectContaining({ store: 'photos', monitored: false }));
});

test('what one turn brings up leaves in few frames, none larger than 1 MiB and a message', async () => {
  const node = await startSessionServer();
  const { monitor } = await attachMonitor(node, 40);
  const frames: { readonly bytes: number; readonly count: number }[] = [];
  monitor.socket.on('message', (data: Buffer) => {
    frames.push({ bytes: data.byteLength, count: decodeNodeFrame(data).length });
  });
  const writer = await openSession(node.url);
  await writer.askFor('opened', largeOpen());
  const countOf = (): number => frames.reduce((sum, { count }) => sum + count, 0);
  await until(() => expect(countOf()).toBe(40));
  expect(Math.max(...frames.map(({ bytes }) => bytes))).toBeLessThan(1.5 * MIB);
  expect(frames.length).toBeLessThan(20);
});
