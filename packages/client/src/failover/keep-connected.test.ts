/**
 * Failover between nodes, on real sockets. Times are set so that nothing happens by their passing:
 * what a test waits for comes because of an event, or never.
 */
import { expect, test } from 'vitest';
import { startFakeNode } from '../../test/fake-node.js';
import { WELCOME } from '../../test/fake-node.js';
import type { FakeNode } from '../../test/fake-node.js';
import { NEVER_MS, startForeignNode, startNode, startSession } from '../../test/start-session.js';

const UNAUTHENTICATED = {
  kind: 'failure',
  code: 'unauthenticated',
  message: 'the node does not know this token',
  retryable: false,
} as const;

function refuse(node: FakeNode): void {
  node.answers.hello = (_body, reply) => {
    reply(UNAUTHENTICATED);
  };
}

const pingsOf = (node: FakeNode): number => node.received('ping').length;

test('a node that takes the connection and never answers costs the stagger only', async () => {
  const [silent, other] = [await startNode(), await startNode()];
  silent.answers.hello = () => undefined;
  const { ping } = startSession([[silent], [other]], { staggerMs: 1 });
  await ping();
  expect([pingsOf(silent), pingsOf(other)]).toEqual([0, 1]);
});

test('an operation whose node dies is answered by the next node', async () => {
  const [first, second] = [await startNode(), await startNode()];
  const { ping } = startSession([[first], [second]]);
  first.answers.ping = () => {
    first.shutdown().catch(() => undefined);
  };
  await ping();
  expect([pingsOf(first), pingsOf(second)]).toEqual([1, 1]);
});

test('an operation whose node falls silent is answered by the next node', async () => {
  const [first, second] = [await startNode(), await startNode()];
  const { ping, told } = startSession([[first], [second]], {
    silenceMsMax: 60,
    settleMs: NEVER_MS,
  });
  first.answers.ping = () => undefined;
  await ping();
  expect((await told('session_lost', first))['message']).toContain('silent');
  expect(pingsOf(second)).toBeGreaterThan(0);
});

test('a preferred node that is back is moved to, and what is in progress is sent to it', async () => {
  const gone = await startFakeNode();
  await gone.shutdown();
  const second = await startNode();
  const { session, told } = startSession([[gone], [second]]);
  second.answers.wait = () => undefined;
  const wait = {
    kind: 'wait',
    coverage: { rids: [], everyRid: true, positions: [] },
    region: 'us',
    store: '',
    keys: [],
    timeoutMs: NEVER_MS,
  } as const;
  const waiting = session.perform(() => wait, { timeoutMs: NEVER_MS });
  await second.waitFor('wait', 1);
  const back = await startNode(gone.port);
  await expect(waiting).resolves.toMatchObject({ status: 'consistent' });
  await told('session_moved', back);
  expect(back.received('wait')).toHaveLength(1);
});

test('a preferred node that does not last is not moved to', async () => {
  const [flapping, steady] = [await startNode(), await startNode()];
  flapping.answers.hello = () => {
    flapping.cut();
  };
  const { ping, told, events } = startSession([[flapping], [steady]], { settleMs: NEVER_MS });
  await ping();
  await told('node_unreachable', flapping);
  const welcome = steady.answers.hello;
  flapping.answers.hello = (body, reply, id) => {
    welcome(body, reply, id);
    setImmediate(() => {
      flapping.cut();
    });
  };
  await flapping.waitFor('hello', flapping.received('hello').length + 3);
  await ping();
  expect([pingsOf(flapping), pingsOf(steady)]).toEqual([0, 2]);
  expect(events.filter(({ event }) => event === 'session_moved')).toEqual([]);
});

test('among equal nodes nothing moves', async () => {
  const [one, other] = [await startNode(), await startNode()];
  const { ping } = startSession([[one, other]]);
  await ping();
  await ping();
  const counts = [one.connectionCount, other.connectionCount];
  expect(counts.sort()).toEqual([0, 1]);
});

test('rule 8: a node that does not serve the region is left for one that does, also against the order', async () => {
  const [foreign, own] = [await startForeignNode(), await startNode()];
  const { ping, told } = startSession([[foreign], [own]]);
  await ping();
  await told('region_not_served', foreign);
  await told('session_moved', own);
  const before = pingsOf(own);
  await ping();
  expect(pingsOf(own)).toBe(before + 1);
  await own.shutdown();
  await ping();
  expect(pingsOf(foreign)).toBeGreaterThan(0);
});

test('while no node serves the region, one that does not is used and the others are left in peace', async () => {
  const [first, second] = [await startForeignNode(), await startForeignNode()];
  const { ping } = startSession([[first], [second]]);
  await ping();
  // The second is asked once whether it serves the region.
  await second.waitFor('hello', 1);
  await ping();
  expect(pingsOf(first)).toBe(2);
  expect(second.connectionCount).toBe(1);
});

test('once away, operations fail at once until a node is back; patient ones wait for it', async () => {
  const gone = await startFakeNode();
  await gone.shutdown();
  const { session, ping } = startSession([[gone]], { awayMs: 1 });
  const patient = ping({ patient: true });
  await expect(ping()).rejects.toMatchObject({ code: 'unavailable' });
  expect(session.isAway).toBe(true);
  await expect(ping()).rejects.toMatchObject({ code: 'unavailable' });
  const back = await startNode(gone.port);
  await patient;
  expect(session.isAway).toBe(false);
  await ping();
  expect(pingsOf(back)).toBe(2);
});

test('when every node refuses us, operations fail at once with the reason, which is logged as an error', async () => {
  const [first, second] = [await startNode(), await startNode()];
  refuse(first);
  refuse(second);
  const { ping, told } = startSession([[first], [second]], { refusedDelayMs: NEVER_MS });
  await expect(ping()).rejects.toMatchObject({
    code: 'unauthenticated',
    message: expect.stringContaining('does not know this token') as string,
  });
  expect(await told('node_refused', first)).toMatchObject({ level: 'error' });
  await told('node_refused', second);
  await expect(ping()).rejects.toMatchObject({ code: 'unauthenticated' });
  expect([first.connectionCount, second.connectionCount]).toEqual([1, 1]);
});

test('when one node refuses us and the others are down, the refusal is the reason', async () => {
  const [refusing, gone] = [await startNode(), await startFakeNode()];
  await gone.shutdown();
  refuse(refusing);
  const timings = { awayMs: 1, refusedDelayMs: NEVER_MS };
  const { ping, told } = startSession([[gone], [refusing]], timings);
  ping({ patient: true }).catch(() => undefined);
  await told('node_refused', refusing);
  await expect(ping()).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('a node that refused us is asked again, and taken when it has changed its mind', async () => {
  const node = await startNode();
  const welcome = node.answers.hello;
  refuse(node);
  const { ping, told } = startSession([[node]], { refusedDelayMs: 1 });
  const patient = ping({ patient: true });
  await told('node_refused', node);
  node.answers.hello = welcome;
  await expect(patient).resolves.toEqual({ kind: 'done' });
});

test('shutdown() ends the search for a better node', async () => {
  const gone = await startFakeNode();
  await gone.shutdown();
  const second = await startNode();
  const { session, ping, told } = startSession([[gone], [second]]);
  await ping();
  await told('node_unreachable', gone);
  session.shutdown();
  await expect(ping()).rejects.toMatchObject({ code: 'shut_down' });
});

test('an operation on a connection that fell silent is answered over a new one to the same node', async () => {
  const node = await startNode();
  const { ping, events } = startSession([[node]], { probeAfterMs: 0, probeMs: 1 });
  let helloCount = 0;
  node.answers.hello = (_body, reply) => {
    helloCount += 1;
    reply(WELCOME);
  };
  node.answers.ping = (_body, reply) => {
    if (helloCount > 1) reply({ kind: 'done' });
  };
  await ping();
  // Nobody waited until the silence counted as a loss.
  expect(events.map(({ event }) => event)).toContain('session_moved');
  expect(events.map(({ event }) => event)).not.toContain('session_lost');
});

test('a connection that was merely slow wins over a new one that is not welcomed yet', async () => {
  const node = await startNode();
  const { ping, events } = startSession([[node]], { probeAfterMs: 0, probeMs: 1 });
  const held: (() => void)[] = [];
  node.answers.ping = (_body, reply) => {
    held.push(() => {
      reply({ kind: 'done' });
    });
  };
  let helloCount = 0;
  node.answers.hello = (_body, reply) => {
    helloCount += 1;
    if (helloCount === 1) reply(WELCOME);
    else for (const answer of held) answer();
  };
  await ping();
  expect(helloCount).toBe(2);
  expect(events).toEqual([]);
});
