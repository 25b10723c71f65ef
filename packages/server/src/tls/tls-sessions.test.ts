// Sessions, peers and monitors over TLS, with real certificates and real sockets.
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type SecureVersion } from 'node:tls';
import { connect } from '@rendezvous/client/session';
import { findFreePort } from '@rendezvous/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createAuthorities } from '../../test/authorities.js';
import { ClusterNode, POSTS } from '../../test/cluster.js';
import { FakeStore } from '../../test/fake-store.js';
import { openSession, RawClient } from '../../test/raw-client.js';
import { startSessionServer } from '../../test/session-server.js';
import { until } from '../../test/until.js';
import { createServer, type Server } from '../create-server.js';
import { createMonitor } from '../monitor/create-monitor.js';
import type { LogEvent } from '../ports.js';
import type { ServerOptions } from '../server-options.js';
import type { ClientTlsOptions } from './tls-options.js';
import { createWebSocketFactory } from './web-socket-factory.js';

vi.setConfig({ testTimeout: 20_000 });

const { authority, stranger, node, mutual } = await createAuthorities();
const ca = authority.ca;
const client = await authority.issue({ name: 'client', usage: 'client' });
const foreign = await stranger.issue();

async function start(options: Partial<ServerOptions> = {}): Promise<Server> {
  const strategies = { fake: new FakeStore().strategy };
  const server = await createServer({
    regions: ['us'],
    stores: [POSTS],
    strategies,
    port: 0,
    ...options,
  });
  onTestFinished(() => server.shutdown());
  return server;
}

/** The node's id, asked over a session. */
async function askNodeId(endpoint: string, tls: ClientTlsOptions): Promise<string> {
  const connection = await connect({
    endpoint,
    namespace: 'default',
    role: 'reader',
    region: 'us',
    webSocket: createWebSocketFactory(tls),
  });
  connection.shutdown();
  return connection.welcome.nodeId;
}

test('a node with certificates is reached at wss:// and https:// by who trusts its authority', async () => {
  const { url, nodeId } = await start({ tls: node });
  expect(url).toMatch(/^wss:\/\/127\.0\.0\.1:\d+$/);
  expect(await askNodeId(url, { ca })).toBe(nodeId);
  const untrusting = askNodeId(url, { ca: stranger.ca });
  await expect(untrusting).rejects.toMatchObject({ code: 'unavailable' });
  await expect(askNodeId(url, {})).rejects.toThrow('unable to verify');
});

test('with an authority, only clients with a certificate of it come in', async () => {
  const { url, nodeId } = await start({ tls: mutual });
  expect(await askNodeId(url, { ca, ...client })).toBe(nodeId);
  for (const tls of [{ ca }, { ca, ...foreign }]) {
    await expect(askNodeId(url, tls)).rejects.toMatchObject({ code: 'unavailable' });
  }
});

test('a client certificate that has expired does not come in', async () => {
  const { url, port } = await start({ tls: mutual });
  const notAfter = new Date(Date.now() - 1_000);
  const expired = await authority.issue({ notBefore: new Date(0), notAfter });
  expect(await new RawClient(url, { ca, ...expired }).closed).toBe(1006);
  await openSession(`wss://localhost:${port}`, {}, { ca, ...client });
});

const VERSIONS: readonly { readonly version: SecureVersion; readonly isSpoken: boolean }[] = [
  { version: 'TLSv1.1', isSpoken: false },
  { version: 'TLSv1.2', isSpoken: true },
  { version: 'TLSv1.3', isSpoken: true },
];

test.each(VERSIONS)('$version is spoken: $isSpoken', async ({ version, isSpoken }) => {
  const { port } = await start({ tls: node });
  // OpenSSL 3 leaves old versions out unless it is told that security does not matter.
  const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const socket = connectTls({ port, host: '127.0.0.1', ca, ...old });
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => undefined);
  const outcome = new Promise((resolve) => {
    socket.once('secureConnect', () => resolve('open'));
    socket.once('close', () => resolve('closed'));
  });
  expect(await outcome).toBe(isSpoken ? 'open' : 'closed');
});

test('peers with TLS replicate to each other, and know each other by the authority alone', async () => {
  const store = new FakeStore();
  const [euPort, usPort] = [await findFreePort(), await findFreePort()];
  const peerAt = (name: string, port: number): NonNullable<ServerOptions['peers']>[number] => ({
    name,
    endpoint: `wss://127.0.0.1:${port}`,
  });
  const shared = { stores: [POSTS], strategies: { fake: store.strategy }, tls: mutual };
  const own = { ca, ...client };
  const peers = [peerAt('us', usPort)];
  const eu = new ClusterNode({ ...shared, regions: ['eu'], port: euPort, peers }, own);
  const back = [peerAt('eu', euPort)];
  const us = new ClusterNode({ ...shared, regions: ['us', 'ap'], port: usPort, peers: back }, own);
  await Promise.all([eu.start(), us.start()]);
  await Promise.all([eu.untilReady(), us.untilReady()]);
  const written = await eu.open({ position: store.commit() });
  store.replicate();
  expect(await us.wait(written, 'us', 10_000)).toMatchObject({ status: 'consistent' });
});

test('a peer with a certificate of another authority is turned away', async () => {
  const eu = await start({ tls: mutual });
  const events: LogEvent[] = [];
  const peers = [{ name: 'eu', endpoint: eu.url }];
  const log = (event: LogEvent): void => void events.push(event);
  await start({ regions: ['ap'], monitors: 'none', peers, log, tls: { ...foreign, ca } });
  await until(() => expect(events[0]).toMatchObject({ event: 'peer_disconnected', peer: 'eu' }));
});

test('a monitor presents its certificate, and without one is turned away', async () => {
  const store = new FakeStore();
  const strategies = { fake: store.strategy };
  const { url } = await start({ tls: mutual, strategies, monitors: 'none' });
  const watch = (tls: ClientTlsOptions, events: LogEvent[]): void => {
    const monitor = createMonitor({
      endpoint: url,
      store: 'posts',
      region: 'us',
      replicas: [{ name: 'us-1', endpoint: 'us' }],
      primary: 'eu',
      strategy: store.strategy,
      tls,
      log: (event) => events.push(event),
    });
    onTestFinished(() => monitor.shutdown());
  };
  const [welcome, unwelcome]: [LogEvent[], LogEvent[]] = [[], []];
  watch({ ca, ...client }, welcome);
  watch({ ca }, unwelcome);
  await until(() => expect(welcome).toMatchObject([{ event: 'monitor_attached' }]));
  await until(() => expect(unwelcome[0]).toMatchObject({ event: 'node_lost' }));
});

test('certificates are renewed while sessions go on', async () => {
  const server = await start({ tls: { ...node } });
  const standing = await openSession(server.url, {}, { ca });
  server.renewTls(foreign);
  await expect(askNodeId(server.url, { ca })).rejects.toMatchObject({ code: 'unavailable' });
  expect(await askNodeId(server.url, { ca: stranger.ca })).toBe(server.nodeId);
  expect(await standing.ask({ kind: 'ping' })).toEqual({ kind: 'done' });
});

test('a renewal that cannot be used changes nothing', async () => {
  const server = await start({ tls: node });
  const renewals = [
    { ...foreign, key: node.key },
    { ...node, ca },
    { ...node, cert: '' },
  ];
  for (const renewal of renewals) {
    expect(() => server.renewTls(renewal)).toThrow('[config_invalid]');
  }
  expect(await askNodeId(server.url, { ca })).toBe(server.nodeId);
  const plain = await start();
  expect(() => plain.renewTls(node)).toThrow('started without');
});

async function openTcp(port: number): Promise<Socket> {
  const socket = connectTcp({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  socket.resume();
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
}

const HOSTILE: readonly { readonly what: string; readonly bytes: string }[] = [
  { what: 'plain HTTP', bytes: 'GET /healthz HTTP/1.1\r\nHost: node\r\n\r\n' },
  { what: 'nonsense', bytes: '\xff'.repeat(5_000) },
  { what: 'a handshake of no TLS version', bytes: '\x16\x09\x09\x00\x05hello' },
  { what: 'an alert', bytes: '\x15\x03\x03\x00\x02\x02\x28' },
];

test.each(HOSTILE)(
  '$what on the TLS port is closed, counted, and does no harm',
  async ({ bytes }) => {
    const refused: string[] = [];
    const onRefused = (reason: string): void => void refused.push(reason);
    const server = await startSessionServer({ tls: node, onRefused });
    const socket = await openTcp(server.port);
    socket.write(bytes, 'latin1');
    await once(socket, 'close');
    await until(() => expect(refused).toEqual(['tls_handshake']));
    expect(await server.countConnections()).toBe(0);
    await openSession(server.url, {}, { ca });
  },
);

test.each([
  { what: 'silent', first: '' },
  { what: 'slow', first: '\x16\x03\x01\x02\x00\x01' },
])('a $what handshake is given up', async ({ first }) => {
  const server = await startSessionServer({ tls: node, requestTimeoutMs: 100 });
  const socket = await openTcp(server.port);
  socket.write(first, 'latin1');
  await once(socket, 'close');
  expect(await server.countConnections()).toBe(0);
});

test('a client that shakes hands and then says nothing is given up', async () => {
  const server = await startSessionServer({ tls: node, requestTimeoutMs: 100 });
  const socket = connectTls({ port: server.port, host: '127.0.0.1', ca });
  socket.on('error', () => undefined).resume();
  await once(socket, 'secureConnect');
  await once(socket, 'close');
});

test('shutdown() does not wait for a handshake in progress', async () => {
  const server = await start({ tls: node });
  const socket = await openTcp(server.port);
  await server.shutdown();
  await once(socket, 'close');
});

test('tokens on the network without TLS are warned about, with TLS not', async () => {
  const tokens = [{ token: 'token-of-the-tests', namespace: 'default', role: 'admin' }] as const;
  const events: LogEvent[] = [];
  const log = (event: LogEvent): void => void events.push(event);
  const monitors = 'none';
  await start({ host: '0.0.0.0', tokens, log, tls: node, monitors });
  await start({ host: '127.0.0.1', tokens, log, monitors });
  expect(events).toEqual([]);
  await start({ host: '0.0.0.0', tokens, log, monitors });
  expect(events).toMatchObject([{ level: 'warn', event: 'tokens_in_clear_text' }]);
});
