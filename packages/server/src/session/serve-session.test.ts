// Clients that misbehave, over real sockets. After each fault a second client still gets answers.
import { randomBytes } from 'node:crypto';
import {
  type ClientMessage,
  encodeClientFrame,
  type Hello,
  type Opened,
  type Role,
} from '@rendezvous/protocol';
import { expect, test, vi } from 'vitest';
import { helloOf, mintUlid, openOf, waitOf } from '../../test/operations.js';
import { openRaw, openSession, type RawClient } from '../../test/raw-client.js';
import { type SessionServer, startSessionServer } from '../../test/session-server.js';
import { until } from '../../test/until.js';

vi.setConfig({ testTimeout: 20_000 });

const TOKENS = [
  { token: 'reader-token-of-test', namespace: 'default', role: 'reader' },
  { token: 'writer-token-of-test', namespace: 'default', role: 'writer' },
  { token: 'admin-token-elsewhere', namespace: 'elsewhere', role: 'admin' },
] as const;

/** The node is as it was: somebody else is welcome and gets an answer; nothing is left behind. */
async function expectAlive(node: SessionServer, fields: Partial<Hello> = {}): Promise<void> {
  const client = await openSession(node.url, fields);
  expect(await client.ask({ kind: 'ping' })).toEqual({ kind: 'done' });
  await until(async () => {
    const status = await client.askFor('statusAnswer', { kind: 'status' });
    expect(status).toMatchObject({ sessions: 1, waitsBlocked: 0 });
  });
}

const REFUSED_HELLOS: readonly {
  readonly what: string;
  readonly hello: Partial<Hello>;
  readonly code: string;
}[] = [
  {
    what: 'only newer protocols',
    hello: { protocolMin: 2, protocolMax: 9 },
    code: 'protocol_version',
  },
  {
    what: 'only older protocols',
    hello: { protocolMin: 0, protocolMax: 0 },
    code: 'protocol_version',
  },
  {
    what: 'an empty range of protocols',
    hello: { protocolMin: 3, protocolMax: 1 },
    code: 'protocol_version',
  },
  { what: 'no token', hello: { token: '' }, code: 'unauthenticated' },
  { what: 'an unknown token', hello: { token: 'nobody-gave-this-one' }, code: 'unauthenticated' },
  {
    what: 'a token of another role',
    hello: { token: TOKENS[0].token },
    code: 'permission_denied',
  },
  {
    what: 'a token of another namespace',
    hello: { token: TOKENS[2].token },
    code: 'permission_denied',
  },
  {
    what: 'a namespace that is not here',
    hello: { token: TOKENS[2].token, namespace: 'elsewhere' },
    code: 'permission_denied',
  },
  {
    what: 'a role beyond its token',
    hello: { token: TOKENS[1].token, role: 'admin' },
    code: 'permission_denied',
  },
];

test.each(REFUSED_HELLOS)('a hello with $what is refused with $code', async ({ hello, code }) => {
  const node = await startSessionServer({ tokens: TOKENS });
  const client = await openRaw(node.url);
  const token = TOKENS[1].token;
  const answer = await client.ask(helloOf({ token, ...hello }));
  expect(answer).toMatchObject({ kind: 'failure', code });
  expect(await client.closed).toBe(1008);
  const presented = hello.token ?? token;
  if (presented !== '') expect(JSON.stringify([answer, node.events])).not.toContain(presented);
  await expectAlive(node, { token });
});

const WELCOME_ROLES: readonly { readonly token: string; readonly role: Role }[] = [
  { token: TOKENS[0].token, role: 'reader' },
  { token: TOKENS[1].token, role: 'reader' },
  { token: TOKENS[1].token, role: 'writer' },
];

test.each(WELCOME_ROLES)('$token may come as $role', async ({ token, role }) => {
  const node = await startSessionServer({ tokens: TOKENS });
  const client = await openRaw(node.url);
  expect(await client.ask(helloOf({ token, role }))).toMatchObject({ kind: 'welcome' });
});

test('without tokens a wrong namespace is refused, and named', async () => {
  const node = await startSessionServer();
  const client = await openRaw(node.url);
  const answer = await client.ask(helloOf({ namespace: 'other' }));
  expect(answer).toMatchObject({ kind: 'failure', code: 'permission_denied' });
  expect(answer).toHaveProperty('message', expect.stringContaining('"other"'));
  await expectAlive(node);
});

const HELLO: ClientMessage = { id: 1, body: helloOf() };
const PING: ClientMessage = { id: 2, body: { kind: 'ping' } };

const BAD_FIRST_FRAMES: readonly {
  readonly what: string;
  readonly data: Uint8Array | string;
  readonly closeCode: number;
}[] = [
  { what: 'a ping', data: encodeClientFrame([PING]), closeCode: 1002 },
  { what: 'a hello and more', data: encodeClientFrame([HELLO, PING]), closeCode: 1002 },
  { what: 'nothing', data: new Uint8Array(0), closeCode: 1002 },
  {
    what: 'a hello without an id',
    data: encodeClientFrame([{ ...HELLO, id: 0 }]),
    closeCode: 1002,
  },
  { what: 'a hello cut short', data: encodeClientFrame([HELLO]).subarray(0, 20), closeCode: 1002 },
  { what: 'bytes of no meaning', data: randomBytes(64).fill(0xff, 0, 11), closeCode: 1002 },
  { what: 'text', data: 'hello', closeCode: 1003 },
];

test.each(BAD_FIRST_FRAMES)(
  'a first frame with $what ends the session',
  async ({ data, closeCode }) => {
    const node = await startSessionServer();
    const client = await openRaw(node.url);
    client.socket.send(data);
    expect(await client.closed).toBe(closeCode);
    expect(client.sessionFailures()).toEqual(['bad_frame']);
    await expectAlive(node);
  },
);

test('a client that says no hello in time is let go', async () => {
  const node = await startSessionServer({ helloTimeoutMs: 20 });
  const client = await openRaw(node.url);
  expect(await client.closed).toBe(1008);
  expect(client.sessionFailures()).toEqual(['bad_frame']);
});

const BAD_LATER_FRAMES: readonly {
  readonly what: string;
  readonly data: Uint8Array | string;
  readonly closeCode: number;
}[] = [
  { what: 'text', data: 'ping', closeCode: 1003 },
  { what: 'bytes of no meaning', data: randomBytes(512).fill(0xff, 0, 11), closeCode: 1002 },
  {
    what: 'an operation without an id',
    data: encodeClientFrame([{ ...PING, id: 0 }]),
    closeCode: 1002,
  },
];

test.each(BAD_LATER_FRAMES)(
  'a later frame of $what ends the session and its waits',
  async ({ data, closeCode }) => {
    const node = await startSessionServer();
    const client = await openSession(node.url);
    await blockWait(client);
    client.socket.send(data);
    expect(await client.closed).toBe(closeCode);
    expect(client.sessionFailures()).toEqual(['bad_frame']);
    await expectAlive(node);
  },
);

test('a frame beyond the limit ends the session; one at the limit is read', async () => {
  const frameBytesMax = 1_000;
  const node = await startSessionServer({ frameBytesMax });
  const client = await openSession(node.url);
  const frameOf = (keyBytes: number): Uint8Array =>
    encodeClientFrame([{ id: 7, body: openOf({ keys: [new Uint8Array(keyBytes)] }) }]);
  const room = frameBytesMax - frameOf(500).byteLength + 500;
  expect(frameOf(room).byteLength).toBe(frameBytesMax);
  client.socket.send(frameOf(room));
  await until(() => expect(client.messages).toMatchObject([{ id: 7, body: { kind: 'opened' } }]));
  client.socket.send(frameOf(room + 1));
  expect(await client.closed).toBe(1009);
  await expectAlive(node);
});

test('a client that never answers the close is over all the same', async () => {
  const node = await startSessionServer();
  const client = await openSession(node.url);
  await blockWait(client);
  client.socket.send('text');
  // Nothing more is read, so the closing handshake does not end.
  client.socket.pause();
  await expectAlive(node);
});

test('a second hello is refused, and the session goes on', async () => {
  const node = await startSessionServer();
  const client = await openSession(node.url);
  expect(await client.ask(helloOf())).toMatchObject({ kind: 'failure', code: 'permission_denied' });
  expect(await client.ask({ kind: 'ping' })).toEqual({ kind: 'done' });
});

test('a thousand operations of one frame are all answered, each under its id', async () => {
  const node = await startSessionServer();
  const client = await openSession(node.url);
  const opens = Array.from({ length: 1_000 }, () => openOf());
  const answers = (await Promise.all(client.askAll(opens))) as Opened[];
  expect(answers.map(({ sequence }) => sequence)).toEqual(opens.map((_, index) => index + 1));
  expect(client.messages).toEqual([]);
});

test('a wait that blocks holds up nothing that comes later on its session', async () => {
  const node = await startSessionServer();
  const client = await openSession(node.url);
  const answered: string[] = [];
  const open = openOf();
  const opened = await client.askFor('opened', open);
  const answers = client.askAll([
    waitOf(open, opened, { timeoutMs: 50 }),
    { kind: 'ping' },
    openOf(),
    waitOf(open, opened, { timeoutMs: 0 }),
  ]);
  for (const answer of answers)
    answer.then((body) => answered.push(body.kind)).catch(() => undefined);
  await Promise.all(answers);
  expect(answered.slice(0, 3).sort()).toEqual(['done', 'opened', 'waitAnswer']);
  expect(await answers[0]).toMatchObject({ status: 'timed_out', prevented: false });
});

test.each(['closes', 'breaks'])('the waits of a session that %s are gone', async (how) => {
  const node = await startSessionServer();
  const client = await openSession(node.url);
  await blockWait(client);
  if (how === 'closes') client.socket.close();
  else client.socket.terminate();
  await expectAlive(node);
});

test('what a client calls itself is cut short in the log', async () => {
  const node = await startSessionServer();
  await openSession(node.url, { agent: 'a'.repeat(10_000) });
  const [begun] = node.events.filter(({ event }) => event === 'session_begun');
  expect(begun?.['agent']).toBe('a'.repeat(100));
});

test('an operation on what does not exist is answered, and changes nothing', async () => {
  const node = await startSessionServer();
  const client = await openSession(node.url);
  const answers = await Promise.all(
    client.askAll([
      openOf({ store: 'nothing' }),
      openOf({ bid: 'short' }),
      openOf({ position: 'not a number' }),
      { kind: 'abort', bid: mintUlid() },
      { kind: 'close', region: 'nowhere', replica: '', bids: [mintUlid()] },
    ]),
  );
  const codes = answers.map((answer) => (answer.kind === 'failure' ? answer.code : answer.kind));
  expect(codes).toEqual([
    'store_unknown',
    'bad_request',
    'bad_request',
    'done',
    'region_not_served',
  ]);
  await client.ask({ kind: 'ping' });
});

/** A wait that stands at the node, blocked. */
async function blockWait(client: RawClient): Promise<void> {
  const open = openOf();
  const opened = await client.askFor('opened', open);
  client.send([{ id: 4_000, body: waitOf(open, opened) }]);
  const status = await client.askFor('statusAnswer', { kind: 'status' });
  expect(status.waitsBlocked).toBe(1);
}
