import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { helloOf } from '../../test/operations.js';
import { openRaw, openSession, RawClient } from '../../test/raw-client.js';
import { startSessionServer } from '../../test/session-server.js';
import { until } from '../../test/until.js';

vi.setConfig({ testTimeout: 20_000 });

interface Reply {
  readonly status: number | undefined;
  readonly body: string;
  readonly allow: string | undefined;
}

function ask(port: number, method: string, path: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asking = request({ port, host: '127.0.0.1', method, path, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => {
        const { statusCode: status, headers } = response;
        resolve({ status, body, allow: headers.allow });
      });
    });
    asking.on('error', reject);
    asking.end();
  });
}

const AN_ERROR: unknown = { error: expect.any(String) as unknown };

const QUESTIONS: readonly {
  readonly method: string;
  readonly path: string;
  readonly isReady: boolean;
  readonly status: number;
  readonly body: unknown;
}[] = [
  { method: 'GET', path: '/healthz', isReady: true, status: 200, body: { status: 'ok' } },
  { method: 'GET', path: '/healthz', isReady: false, status: 200, body: { status: 'ok' } },
  { method: 'GET', path: '/healthz?verbose', isReady: true, status: 200, body: { status: 'ok' } },
  { method: 'GET', path: '/readyz', isReady: true, status: 200, body: { status: 'ready' } },
  { method: 'GET', path: '/readyz', isReady: false, status: 503, body: { status: 'not_ready' } },
  { method: 'GET', path: '/', isReady: true, status: 426, body: AN_ERROR },
  { method: 'GET', path: '/x', isReady: true, status: 404, body: AN_ERROR },
  { method: 'POST', path: '/', isReady: true, status: 405, body: AN_ERROR },
];

test.each(QUESTIONS)(
  '$method $path answers $status (ready: $isReady)',
  async ({ method, path, isReady, status, body }) => {
    const { port } = await startSessionServer({ isReady: () => isReady });
    const reply = await ask(port, method, path);
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.body)).toEqual(body);
    expect(reply.allow).toBe(status === 405 ? 'GET, HEAD' : undefined);
  },
);

test('HEAD answers as GET does, without a body', async () => {
  const { port } = await startSessionServer();
  expect(await ask(port, 'HEAD', '/readyz')).toMatchObject({ status: 200, body: '' });
});

const TOKEN = { token: 'token-of-the-tests', namespace: 'default', role: 'writer' } as const;

test('without tokens a web page cannot open a session, whatever its origin', async () => {
  const node = await startSessionServer();
  for (const origin of ['https://example.org', node.url.replace('ws', 'http'), 'null']) {
    expect(await refusalOf(node.url, { headers: { origin } })).toBe(403);
  }
  await openSession(node.url);
});

test('with tokens a web page may open a session', async () => {
  const node = await startSessionServer({ tokens: [TOKEN] });
  const client = await openRaw(node.url, { origin: 'https://example.org' });
  const answer = await client.ask(helloOf({ token: TOKEN.token }));
  expect(answer).toMatchObject({ kind: 'welcome' });
});

test('sessions are on the path / only', async () => {
  const node = await startSessionServer();
  expect(await refusalOf(`${node.url}/healthz`)).toBe(404);
  await openSession(`${node.url}/?ignored`);
});

test('a node that is not ready opens no session', async () => {
  let isReady = false;
  const node = await startSessionServer({ isReady: () => isReady });
  expect(await refusalOf(node.url)).toBe(503);
  isReady = true;
  await openSession(node.url);
});

test('beyond the limit sessions are refused, and admitted again once one has ended', async () => {
  const node = await startSessionServer({ sessionCountMax: 2 });
  const first = await openSession(node.url);
  // One that has not said hello yet counts.
  await openRaw(node.url);
  expect(await refusalOf(node.url)).toBe(503);
  first.socket.close();
  await until(() => expect(node.sockets.size).toBe(1));
  await openSession(node.url);
});

const WRONG_UPGRADE = [
  'GET /wrong HTTP/1.1',
  'Host: node',
  'Connection: Upgrade',
  'Upgrade: websocket',
  '',
  '',
].join('\r\n');

test('a client that resets while it is refused does no harm', async () => {
  const node = await startSessionServer();
  for (let attempt = 0; attempt < 50; attempt++) {
    const socket = await openSocket(node.port);
    socket.write(WRONG_UPGRADE, () => socket.resetAndDestroy());
    await once(socket, 'close');
  }
  await openSession(node.url);
});

test('a client that is refused and never closes its side leaves nothing behind', async () => {
  const node = await startSessionServer();
  const socket = await openSocket(node.port);
  socket.write(WRONG_UPGRADE);
  socket.resume();
  await once(socket, 'end');
  await until(async () => expect(await node.countConnections()).toBe(0));
});

async function openSocket(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
}

/** The status with which an upgrade is refused. */
async function refusalOf(url: string, options: object = {}): Promise<number | undefined> {
  const { socket } = new RawClient(url, options);
  return new Promise((resolve, reject) => {
    socket.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode);
      response.destroy();
    });
    socket.once('open', () => reject(new Error('not refused')));
  });
}
