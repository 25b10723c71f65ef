import { expect, onTestFinished, test } from 'vitest';
import type { NodeBody, Wait } from '@rendezvous/protocol';
import { CONSISTENT, WELCOME, startFakeNode } from '../../test/fake-node.js';
import type { FakeNode, Reply } from '../../test/fake-node.js';
import { connect } from './connect.js';
import type { ConnectOptions } from './connect.js';
import type { Connection } from './connection.js';

async function startNode(): Promise<FakeNode> {
  const node = await startFakeNode();
  onTestFinished(() => node.shutdown());
  return node;
}

async function connectTo(
  node: FakeNode,
  options: Partial<ConnectOptions> = {},
): Promise<Connection> {
  const connection = await connect({
    endpoint: node.url,
    namespace: 'default',
    role: 'writer',
    region: 'us',
    ...options,
  });
  onTestFinished(() => {
    connection.shutdown();
  });
  return connection;
}

const WAIT = {
  kind: 'wait',
  coverage: { rids: [], everyRid: true, positions: [] },
  region: 'us',
  store: 'posts',
  keys: [],
  timeoutMs: 1_000,
  withPosition: false,
} as const;

test('a connection says hello alone and knows its welcome', async () => {
  const node = await startNode();
  const connection = await connectTo(node, { token: 'secret', agent: 'test' });
  expect(connection.welcome).toEqual(WELCOME);
  expect(node.frames).toEqual([['hello']]);
  expect(node.received('hello')).toMatchObject([
    { namespace: 'default', token: 'secret', role: 'writer', region: 'us', agent: 'test' },
  ]);
});

test('requests of one turn go out as one frame', async () => {
  const node = await startNode();
  const connection = await connectTo(node);
  await Promise.all([
    connection.request(WAIT),
    connection.request({ kind: 'ping' }),
    connection.request({ kind: 'abort', bid: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }),
  ]);
  expect(node.frames).toEqual([['hello'], ['wait', 'ping', 'abort']]);
});

test('answers find their requests in any order', async () => {
  const node = await startNode();
  const replies: Reply[] = [];
  node.answers.wait = (_body, reply) => {
    replies.unshift(reply);
    if (replies.length === 3) {
      replies.forEach((answer, index) => {
        answer({ ...CONSISTENT, waitedMs: index });
      });
    }
  };
  const connection = await connectTo(node);
  const answers = await Promise.all([1, 2, 3].map(() => connection.request(WAIT)));
  expect(answers).toMatchObject([{ waitedMs: 2 }, { waitedMs: 1 }, { waitedMs: 0 }]);
});

test('a batch beyond the frame limit is split, and one message beyond it is refused', async () => {
  const node = await startNode();
  node.answers.hello = (_body, reply) => {
    reply({ ...WELCOME, frameBytesMax: 200 });
  };
  const connection = await connectTo(node);
  const keyOf = (byteLength: number): Wait => ({
    ...WAIT,
    keys: [new Uint8Array(byteLength)],
  });
  const results = await Promise.allSettled([
    connection.request(keyOf(100)),
    connection.request(keyOf(300)),
    connection.request(keyOf(100)),
  ]);
  expect(results).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'limit_exceeded' } },
    { status: 'fulfilled' },
  ]);
  expect(node.frames).toEqual([['hello'], ['wait'], ['wait']]);
});

test('a failure rejects its request with the code that the node gave', async () => {
  const node = await startNode();
  node.answers.abort = (_body, reply) => {
    reply({ kind: 'failure', code: 'permission_denied', message: 'no', retryable: false });
  };
  const connection = await connectTo(node);
  const request = connection.request({ kind: 'abort', bid: '01ARZ3NDEKTSV4RRFFQ69G5FAV' });
  await expect(request).rejects.toMatchObject({ code: 'permission_denied', retryable: false });
});

test('a lost connection rejects what is in progress and everything after it', async () => {
  const node = await startNode();
  node.answers.wait = () => {
    node.cut();
  };
  const connection = await connectTo(node);
  await expect(connection.request(WAIT)).rejects.toMatchObject({ code: 'unavailable' });
  await expect(connection.ended).resolves.toMatchObject({ code: 'unavailable' });
  await expect(connection.request(WAIT)).rejects.toMatchObject({ code: 'unavailable' });
});

test('a session failure ends the connection with its reason', async () => {
  const node = await startNode();
  node.answers.hello = (_body, reply) => {
    reply({ kind: 'failure', code: 'unauthenticated', message: 'unknown token', retryable: false });
  };
  await expect(connectTo(node)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('a wait that nobody needs any more is cancelled at the node', async () => {
  const node = await startNode();
  node.answers.wait = () => undefined;
  const connection = await connectTo(node);
  const abort = new AbortController();
  const request = connection.request(WAIT, { signal: abort.signal });
  await node.waitFor('wait', 1);
  abort.abort();
  await expect(request).rejects.toMatchObject({ code: 'cancelled' });
  await node.waitFor('cancel', 1);
  await expect(connection.request(WAIT, { timeoutMs: 1 })).rejects.toMatchObject({
    code: 'unavailable',
  });
  await node.waitFor('cancel', 2);
});

test('a stream hears everything under its id until it is cancelled', async () => {
  const node = await startNode();
  let tell: Reply = () => undefined;
  node.answers.attach = (_body, reply) => {
    tell = reply;
    reply({ kind: 'branchesOpened', branches: [] });
  };
  const connection = await connectTo(node);
  const heard: NodeBody[] = [];
  await new Promise<void>((resolve) => {
    const id = connection.stream(
      { kind: 'attach', store: 'posts', region: 'us', replica: 'us-1', barrier: '' },
      (body) => {
        heard.push(body);
        if (heard.length === 1) tell({ kind: 'branchesOpened', branches: [] });
        else resolve();
        if (heard.length === 2) connection.send({ kind: 'cancel', target: id });
      },
    );
  });
  await node.waitFor('cancel', 1);
  tell({ kind: 'branchesOpened', branches: [] });
  await connection.request({ kind: 'ping' });
  expect(heard.map(({ kind }) => kind)).toEqual(['branchesOpened', 'branchesOpened']);
});

test('a silent node is pinged, then given up', async () => {
  const node = await startNode();
  node.answers.wait = () => undefined;
  node.answers.ping = () => undefined;
  const connection = await connectTo(node, { silenceMsMax: 60 });
  await expect(connection.request(WAIT)).rejects.toMatchObject({ code: 'unavailable' });
  expect(node.received('ping').length).toBeGreaterThan(0);
});

test('a node that answers pings may take its time', async () => {
  const node = await startNode();
  node.answers.wait = (_body, reply) => {
    node
      .waitFor('ping', 2)
      .then(() => {
        reply(CONSISTENT);
      })
      .catch(() => undefined);
  };
  const connection = await connectTo(node, { silenceMsMax: 300 });
  await expect(connection.request(WAIT)).resolves.toMatchObject({ status: 'consistent' });
});

test('shutdown() sends what is queued and rejects what is in progress', async () => {
  const node = await startNode();
  const connection = await connectTo(node);
  const request = connection.request({ kind: 'ping' });
  connection.shutdown();
  await expect(request).rejects.toMatchObject({ code: 'shut_down' });
  await expect(connection.ended).resolves.toMatchObject({ code: 'shut_down' });
  await node.waitFor('ping', 1);
});

test('connecting fails with a typed error that holds no credentials', async () => {
  const base = { namespace: 'default', role: 'writer', region: 'us' } as const;
  await expect(connect({ ...base, endpoint: 'secret://u:pw@host' })).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.not.stringContaining('pw') as string,
  });
  const node = await startFakeNode();
  await node.shutdown();
  const endpoint = node.url.replace('//', '//u:pw@');
  await expect(connect({ ...base, endpoint })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.not.stringContaining('pw') as string,
  });
  await expect(connect({ ...base, endpoint, signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'cancelled',
  });
});

test('a node that never welcomes is given up at the connect timeout', async () => {
  const node = await startNode();
  node.answers.hello = () => undefined;
  await expect(connectTo(node, { connectTimeoutMs: 30 })).rejects.toMatchObject({
    code: 'unavailable',
  });
});
