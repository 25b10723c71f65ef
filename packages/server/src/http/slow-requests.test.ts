// Requests that never arrive whole, and bodies that nobody asked for.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openSession } from '../../test/raw-client.js';
import { startSessionServer } from '../../test/session-server.js';
import { until } from '../../test/until.js';

vi.setConfig({ testTimeout: 20_000 });

async function openSocket(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
}

/** All that the node says until it closes the connection. */
async function lastWords(socket: Socket): Promise<string> {
  let words = '';
  socket.on('data', (data: Buffer) => (words += data.toString()));
  await once(socket, 'close');
  return words;
}

const UNFINISHED: readonly {
  readonly what: string;
  readonly start: string;
  readonly drip: string;
}[] = [
  { what: 'a request line', start: 'GET /', drip: 'x' },
  { what: 'headers', start: 'GET /healthz HTTP/1.1\r\nHost: node\r\n', drip: 'a: b\r\n' },
  { what: 'an upgrade', start: 'GET / HTTP/1.1\r\nUpgrade: websocket\r\n', drip: 'a: b\r\n' },
];

test.each(UNFINISHED)(
  '$what that comes a few bytes at a time is given up',
  async ({ start, drip }) => {
    const node = await startSessionServer({ requestTimeoutMs: 100 });
    const socket = await openSocket(node.port);
    socket.write(start);
    const dripping = setInterval(() => socket.write(drip), 10);
    onTestFinished(() => clearInterval(dripping));
    expect(await lastWords(socket)).toMatch(/^HTTP\/1.1 408 /);
    await until(async () => expect(await node.countConnections()).toBe(0));
    await openSession(node.url);
  },
);

test('a request is not waited for longer than 5 s', async () => {
  const { server } = await startSessionServer();
  const { headersTimeout, requestTimeout } = server;
  expect({ headersTimeout, requestTimeout }).toEqual({
    headersTimeout: 5_000,
    requestTimeout: 5_000,
  });
});

const BODIES: readonly { readonly head: string; readonly status: number }[] = [
  { head: 'GET /healthz HTTP/1.1\r\nContent-Length: 1000000000', status: 413 },
  { head: 'GET /healthz HTTP/1.1\r\nTransfer-Encoding: chunked', status: 413 },
  { head: 'POST /healthz HTTP/1.1\r\nTransfer-Encoding: chunked', status: 405 },
];

test.each(BODIES)(
  '$head: answered with $status, and the body is not read',
  async ({ head, status }) => {
    const node = await startSessionServer();
    const socket = await openSocket(node.port);
    socket.write(`${head}\r\nHost: node\r\n\r\n`);
    const words = await lastWords(socket);
    expect(words).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(words).toMatch(/^connection: close\r$/im);
    await openSession(node.url);
  },
);

test('headers beyond 16 KiB are refused', async () => {
  const node = await startSessionServer();
  const socket = await openSocket(node.port);
  socket.write(`GET /healthz HTTP/1.1\r\nHost: node\r\na: ${'b'.repeat(20_000)}\r\n\r\n`);
  expect(await lastWords(socket)).toMatch(/^HTTP\/1.1 431 /);
  await openSession(node.url);
});

test('connections without a session are bounded, too', async () => {
  const node = await startSessionServer({ sessionCountMax: 1 });
  expect(node.server.maxConnections).toBe(1_001);
});

test('a request that is no HTTP is refused', async () => {
  const node = await startSessionServer();
  const socket = await openSocket(node.port);
  socket.write('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03');
  expect(await lastWords(socket)).toMatch(/^HTTP\/1.1 400 /);
  await openSession(node.url);
});
