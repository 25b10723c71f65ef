import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startDelayProxy, type DelayProxy, type DelayProxyOptions } from './delay-proxy.js';

/** A server that sends back what it gets, a proxy before it, and a client through the proxy. */
async function setup(options: Partial<DelayProxyOptions> = {}): Promise<{
  readonly proxy: DelayProxy;
  readonly dial: () => Promise<Dialled>;
}> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  const proxy = await startDelayProxy({ targetPort: address.port, ...options });
  onTestFinished(async () => {
    await proxy.shutdown();
    server.close();
  });
  return { proxy, dial: () => dial(proxy.port) };
}

interface Dialled {
  readonly socket: Socket;
  /** Resolves once the connection is over, in order or broken. */
  readonly closed: Promise<void>;
  readonly received: () => string;
  /** Resolves once everything up to and including `text` came back. */
  readonly until: (text: string) => Promise<void>;
}

async function dial(port: number): Promise<Dialled> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let received = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  const closed = closeOf(socket);
  await once(socket, 'connect');
  onTestFinished(() => void socket.destroy());
  const until = async (text: string): Promise<void> => {
    while (!received.endsWith(text)) await once(socket, 'data');
  };
  return { socket, closed, received: () => received, until };
}

/** Unlike `once(socket, 'close')`, does not reject when the connection broke. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** Everything that was sent has reached the proxy. */
async function reached(proxy: DelayProxy, bytes: number): Promise<void> {
  while (proxy.traffic.toTarget.bytes < bytes) await new Promise(setImmediate);
}

test('bytes pass unchanged and in order, both ways, and are counted', async () => {
  const { proxy, dial } = await setup();
  const { socket, received, until } = await dial();
  const text = Array.from({ length: 5_000 }, (_, index) => String(index)).join(' ');
  socket.write(text);
  await until('4999');
  expect(received()).toBe(text);
  expect(proxy.traffic.toTarget.bytes).toBe(text.length);
  expect(proxy.traffic.toClient.bytes).toBe(text.length);
  expect(proxy.traffic.toTarget.chunks).toBeGreaterThan(0);
});

test('a chunk sent under a shorter delay never overtakes one sent under a longer', async () => {
  const { proxy, dial } = await setup({ delayMs: 40 });
  const { socket, received, until } = await dial();
  socket.write('first ');
  await reached(proxy, 6);
  proxy.setDelay(60, 'toTarget');
  socket.write('second ');
  await reached(proxy, 13);
  proxy.setDelay(0);
  socket.write('third');
  await until('third');
  expect(received()).toBe('first second third');
});

test('a precise proxy keeps the order, too, and is never early', async () => {
  const { dial } = await setup({ delayMs: 0.5, precise: true });
  const { socket, until } = await dial();
  for (const word of ['first', 'second', 'third']) {
    const sentAtMs = performance.now();
    socket.write(word);
    await until(word);
    expect(performance.now() - sentAtMs).toBeGreaterThanOrEqual(1);
  }
});

test('pause() holds what arrives and resume() lets it through, in order', async () => {
  const { proxy, dial } = await setup();
  const { socket, received, until } = await dial();
  proxy.pause('toTarget');
  socket.write('held ');
  await reached(proxy, 5);
  socket.write('too');
  await reached(proxy, 8);
  expect(proxy.traffic.toClient.bytes).toBe(0);
  expect(received()).toBe('');
  proxy.resume('toTarget');
  await until('too');
  expect(received()).toBe('held too');
});

test('pause() of one direction leaves the other alone', async () => {
  const { proxy, dial } = await setup();
  const { socket, received, until } = await dial();
  proxy.pause('toClient');
  socket.write('there');
  while (proxy.traffic.toClient.bytes < 5) await new Promise(setImmediate);
  expect(received()).toBe('');
  proxy.resume();
  await until('there');
});

test('the end of a stream arrives after what was sent before it, delay or not', async () => {
  const { dial } = await setup({ delayMs: 5 });
  const { socket, received } = await dial();
  socket.end('last words');
  await once(socket, 'end');
  expect(received()).toBe('last words');
});

test('cut() breaks open connections and accepts new ones', async () => {
  const { proxy, dial } = await setup();
  const first = await dial();
  first.socket.write('hello');
  await first.until('hello');
  expect(proxy.connections).toBe(1);
  proxy.cut();
  await first.closed;
  expect(proxy.connections).toBe(0);
  const second = await dial();
  second.socket.write('again');
  await second.until('again');
});

test('refuse(true) closes new connections at once and leaves open ones alone', async () => {
  const { proxy, dial } = await setup();
  const first = await dial();
  first.socket.write('one');
  await first.until('one');
  proxy.refuse(true);
  const refused = connect({ port: proxy.port, host: '127.0.0.1' });
  refused.on('error', () => undefined);
  await closeOf(refused);
  first.socket.write('two');
  await first.until('two');
  proxy.refuse(false);
  const third = await dial();
  third.socket.write('three');
  await third.until('three');
});

test('a target that is not there breaks the client’s connection', async () => {
  const { proxy: target } = await setup();
  const proxy = await startDelayProxy({ targetPort: target.port });
  onTestFinished(() => proxy.shutdown());
  await target.shutdown();
  const { closed } = await dial(proxy.port);
  await closed;
  expect(proxy.connections).toBe(0);
});

test('shutdown() breaks connections, frees the port and may be called twice', async () => {
  const { proxy, dial } = await setup();
  const { closed } = await dial();
  await proxy.shutdown();
  await proxy.shutdown();
  await closed;
  const late = connect({ port: proxy.port, host: '127.0.0.1' });
  const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});
