// Clients that mean harm, over real sockets. After each fault a second client still gets answers, and
// the node knows what it knew before.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type ClientMessage, encodeClientFrame, encodeUlid } from '@rendezvous/protocol';
import { expect, test, vi } from 'vitest';
import { helloOf, mintUlid, openOf, waitOf } from '../../test/operations.js';
import { openRaw, openSession, type RawClient } from '../../test/raw-client.js';
import { type SessionServer, startSessionServer } from '../../test/session-server.js';
import { Random } from '../../test/simulation/random.js';
import { until } from '../../test/until.js';
import { BUFFERED_BYTES_HIGH } from './outgoing-frames.js';

vi.setConfig({ testTimeout: 30_000 });

const MIB = 1024 * 1024;
const DAY_MS = 24 * 3_600_000;

interface Known {
  readonly horizon: string;
  readonly journals: unknown;
  readonly replicas: unknown;
  readonly regions: unknown;
}

/** What the node says that it knows, to somebody new; what belongs to `sessionCount` others aside. */
async function knownTo(node: SessionServer, sessionCount = 0): Promise<Known> {
  const client = await openSession(node.url);
  await until(async () => {
    const { sessions, waitsBlocked } = await client.askFor('statusAnswer', { kind: 'status' });
    expect({ sessions, waitsBlocked }).toEqual({ sessions: sessionCount + 1, waitsBlocked: 0 });
  });
  const status = await client.askFor('statusAnswer', { kind: 'status' });
  client.socket.terminate();
  const { horizon, journals, replicas, regions } = status;
  return {
    horizon,
    journals,
    replicas,
    regions: regions.map(({ branchesOpen }) => branchesOpen),
  };
}

/** The TCP connection beneath a client's WebSocket. */
function wireOf(client: RawClient): Socket {
  return (client.socket as unknown as { readonly _socket: Socket })._socket;
}

/** A WebSocket frame as a client sends it, of which only the head may ever be sent. */
function wireFrame(
  firstByte: number,
  length: number,
  payload: Uint8Array = new Uint8Array(0),
): Buffer {
  const head = Buffer.alloc(14);
  head[0] = firstByte;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  // The mask is zero: the payload stands as it is.
  return Buffer.concat([head, payload]);
}

const FINAL_BINARY = 0x82;
const COMPRESSED = 0x40;

const RUINED: readonly {
  readonly what: string;
  readonly bytes: Buffer;
  readonly closeCode: number;
}[] = [
  {
    what: 'announces 100 MB',
    bytes: wireFrame(FINAL_BINARY, 100_000_000),
    closeCode: 1009,
  },
  {
    what: 'announces 2^62 bytes',
    bytes: wireFrame(FINAL_BINARY, 2 ** 62),
    closeCode: 1009,
  },
  {
    what: 'is compressed, as a bomb would be',
    bytes: wireFrame(FINAL_BINARY | COMPRESSED, 4, randomBytes(4)),
    closeCode: 1002,
  },
  {
    what: 'has an operation that this version does not know',
    bytes: wireFrame(FINAL_BINARY, 5, Uint8Array.from([0x0a, 0x03, 0x82, 0x01, 0x00])),
    closeCode: 1002,
  },
  {
    what: 'is a control frame beyond its 125 bytes',
    bytes: wireFrame(0x89, 1_000),
    closeCode: 1002,
  },
  {
    what: 'is of a kind that WebSockets lack',
    bytes: wireFrame(0x83, 4, randomBytes(4)),
    closeCode: 1002,
  },
  {
    what: 'has a deadline below zero',
    // A wait of -1: the varint of 2^64 - 1.
    bytes: wireFrame(
      FINAL_BINARY,
      15,
      Uint8Array.from([0x0a, 13, 0x2a, 11, 0x28, ...Array<number>(9).fill(0xff), 0x01]),
    ),
    closeCode: 1002,
  },
];

test.each(RUINED)('a frame that $what ends its session only', async ({ bytes, closeCode }) => {
  const node = await startSessionServer();
  const client = await openSession(node.url);
  const open = openOf();
  await client.askFor('opened', open);
  const before = await knownTo(node, 1);
  wireOf(client).write(bytes);
  expect(await client.closed).toBe(closeCode);
  expect(await knownTo(node)).toEqual(before);
});

test('compression is not negotiated, whatever the client offers', async () => {
  const node = await startSessionServer();
  const client = await openRaw(node.url, { perMessageDeflate: true });
  expect(client.socket.extensions).toBe('');
});

test('a frame of ever more pieces, each of a byte, ends the session', async () => {
  const node = await startSessionServer();
  const client = await openSession(node.url);
  const before = await knownTo(node, 1);
  const piece = Buffer.from([0x00, 0x81, 0, 0, 0, 0, 0x0a]);
  wireOf(client).write(Buffer.from([0x02, 0x81, 0, 0, 0, 0, 0x0a]));
  wireOf(client).write(Buffer.concat(Array<Buffer>(5_000).fill(piece)));
  expect(await client.closed).toBe(1008);
  expect(await knownTo(node)).toEqual(before);
});

test('a hello that comes a byte at a time is not waited for', async () => {
  const node = await startSessionServer({ helloTimeoutMs: 100 });
  const client = await openRaw(node.url);
  const hello = encodeClientFrame([{ id: 1, body: helloOf() }]);
  const bytes = wireFrame(FINAL_BINARY, hello.byteLength, hello);
  let sent = 0;
  const drip = setInterval(() => {
    if (sent < bytes.length - 1) wireOf(client).write(bytes.subarray(sent, ++sent));
  }, 10);
  expect(await client.closed).toBe(1008);
  clearInterval(drip);
  expect(client.sessionFailures()).toEqual(['bad_frame']);
  await knownTo(node);
});

test('an operation that comes a byte at a time holds up nobody else', async () => {
  const node = await startSessionServer();
  const client = await openSession(node.url);
  const frame = encodeClientFrame([{ id: 7, body: { kind: 'ping' } }]);
  const bytes = wireFrame(FINAL_BINARY, frame.byteLength, frame);
  for (const byte of bytes.subarray(0, -1)) {
    wireOf(client).write(Uint8Array.of(byte));
    const other = await openSession(node.url);
    expect(await other.ask({ kind: 'ping' })).toEqual({ kind: 'done' });
    other.socket.terminate();
  }
  expect(client.messages).toEqual([]);
  wireOf(client).write(bytes.subarray(-1));
  await until(() => expect(client.messages).toEqual([{ id: 7, body: { kind: 'done' } }]));
});

test('65,536 tiny messages in one frame are all answered, in one session’s time', async () => {
  const node = await startSessionServer();
  const client = await openSession(node.url);
  const pings = Array.from({ length: 65_536 }, (_, index): ClientMessage => ({
    id: index + 10,
    body: { kind: 'ping' },
  }));
  client.send(pings);
  await until(() => expect(client.messages).toHaveLength(65_536));
  expect(client.messages.map(({ id }) => id)).toEqual(pings.map(({ id }) => id));
});

test('a frame of 20,000 questions for the status leaves everybody else their turn', async () => {
  const node = await startSessionServer();
  const other = await openSession(node.url);
  await Promise.all(other.askAll(Array.from({ length: 2_000 }, () => openOf())));
  const client = await openSession(node.url);
  client.socket.pause();
  let isWorkedOff = false;
  const questions = Array.from({ length: 20_000 }, (_, index): ClientMessage => ({
    id: index + 10,
    body: { kind: 'status' },
  }));
  client.send([...questions, { id: 5, body: { kind: 'cancel', target: 9 } }]);
  client.socket.on('message', () => (isWorkedOff = client.messages.length === questions.length));
  client.socket.resume();
  await until(() => expect(client.messages.length).toBeGreaterThan(0));
  expect(await other.ask({ kind: 'ping' })).toEqual({ kind: 'done' });
  expect(isWorkedOff).toBe(false);
  client.socket.terminate();
});

test('pings of a client that does not read are not answered without end', async () => {
  const node = await startSessionServer();
  const client = await openSession(node.url);
  const [served] = node.sockets;
  if (!served) throw new Error('the node has no session');
  client.socket.pause();
  const ping = Buffer.concat([Buffer.from([0x89, 0xfd, 0, 0, 0, 0]), Buffer.alloc(125)]);
  const pings = Buffer.concat(Array<Buffer>(8_000).fill(ping));
  // Written until the node listens no more, and what it has not read stays with the client.
  while (!served.isPaused) {
    wireOf(client).write(pings);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(served.bufferedAmount).toBeLessThan(BUFFERED_BYTES_HIGH + 2 * MIB);
  expect(served.bufferedAmount).toBeGreaterThan(BUFFERED_BYTES_HIGH - 1);
  client.socket.terminate();
  await knownTo(node);
});

test('a ping is answered with what it carried', async () => {
  const node = await startSessionServer();
  const client = await openSession(node.url);
  client.socket.ping('anyone?');
  expect(String((await once(client.socket, 'pong'))[0])).toBe('anyone?');
});

test('100,000 attaches on one session: a thousand are taken on, all end with it', async () => {
  const node = await startSessionServer();
  const before = await knownTo(node);
  const monitor = await openSession(node.url, { role: 'monitor' });
  const attach = { kind: 'attach', store: 'posts', region: 'us', replica: 'us-1', barrier: '0' };
  const outcomes = { branchesOpened: 0, limit_exceeded: 0 };
  for (let frame = 0; frame < 4; frame++) {
    const answers = await Promise.all(
      monitor.askAll(Array.from({ length: 25_000 }, () => attach as never)),
    );
    for (const answer of answers) {
      const outcome = answer.kind === 'failure' ? answer.code : answer.kind;
      outcomes[outcome as keyof typeof outcomes] += 1;
    }
  }
  expect(outcomes).toEqual({ branchesOpened: 1_000, limit_exceeded: 99_000 });
  monitor.socket.terminate();
  expect(await knownTo(node)).toEqual(before);
});

test('a rid of the far future is refused, and can never become the horizon', async () => {
  const node = await startSessionServer();
  const client = await openSession(node.url);
  const before = await knownTo(node, 1);
  for (const timeMs of [Date.now() + DAY_MS, 2 ** 48 - 1]) {
    const rid = encodeUlid(timeMs, randomBytes(10));
    const answer = await client.ask(openOf({ rid }));
    expect(answer).toMatchObject({ kind: 'failure', code: 'bad_request', retryable: false });
    expect(answer).toHaveProperty('message', expect.stringContaining('clock'));
  }
  expect(await knownTo(node, 1)).toEqual(before);
  // Clocks differ by a minute or two, and the past is always welcome.
  for (const timeMs of [Date.now() + 120_000, 0]) {
    await client.askFor('opened', openOf({ rid: encodeUlid(timeMs, randomBytes(10)) }));
  }
});

test('a forged bookmark is unknown after a second, and the session goes on', async () => {
  const node = await startSessionServer();
  const client = await openSession(node.url);
  const monitor = await openSession(node.url, { role: 'monitor' });
  await monitor.ask({
    kind: 'attach',
    store: 'posts',
    region: 'us',
    replica: 'us-1',
    barrier: '0',
  });
  const open = openOf();
  const opened = await client.askFor('opened', open);
  const ahead = { ...opened, sequence: Number.MAX_SAFE_INTEGER };
  const answer = await client.askFor('waitAnswer', waitOf(open, ahead));
  expect(answer).toMatchObject({ status: 'unknown', pending: [{ reason: 'journal_unknown' }] });
  expect(answer.waitedMs).toBeGreaterThanOrEqual(1_000);
  expect(await client.ask({ kind: 'ping' })).toEqual({ kind: 'done' });
});

test('a hundred sessions of noise leave the node as it was', async () => {
  const node = await startSessionServer();
  const before = await knownTo(node);
  const noise = Array.from({ length: 100 }, async (_, index) => {
    const client = await (index % 2 === 0 ? openRaw(node.url) : openSession(node.url));
    client.socket.send(new Random(index).bytes(1 + index * 97));
    await client.closed;
    expect(client.sessionFailures()).toEqual(['bad_frame']);
  });
  await Promise.all(noise);
  expect(await knownTo(node)).toEqual(before);
});

test('closes of what nobody knows are answered, and what is malformed is refused', async () => {
  const node = await startSessionServer();
  const client = await openSession(node.url);
  const before = await knownTo(node, 1);
  const close = { kind: 'close', region: 'us', replica: '', bids: [mintUlid()] } as const;
  const answers = await Promise.all(
    client.askAll([
      close,
      { ...close, bids: ['x'.repeat(100_000)] },
      { ...close, replica: 'nowhere-1' },
      { ...close, region: 'nowhere' },
    ]),
  );
  expect(answers.map((answer) => (answer.kind === 'failure' ? answer.code : answer.kind))).toEqual([
    'done',
    'bad_request',
    'bad_request',
    'region_not_served',
  ]);
  expect(await knownTo(node, 1)).toEqual(before);
});
