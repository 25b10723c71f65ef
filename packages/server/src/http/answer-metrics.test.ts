// What a scraper gets from a real node, and who may scrape.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { text as readText } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createAuthorities } from '../../test/authorities.js';
import { POSTS } from '../../test/cluster.js';
import { FakeMarkerStore } from '../../test/fake-marker-store.js';
import { FakeStore } from '../../test/fake-store.js';
import { openOf, waitOf } from '../../test/operations.js';
import { openRaw, openSession, RawClient } from '../../test/raw-client.js';
import { until } from '../../test/until.js';
import { createServer, type Server } from '../create-server.js';
import { CATALOG } from '../metrics/catalog.js';
import type { ServerOptions } from '../server-options.js';
import type { TokenGrant } from '../session/tokens.js';

vi.setConfig({ testTimeout: 20_000 });

async function start(options: Partial<ServerOptions> = {}): Promise<Server> {
  const strategies = { fake: new FakeStore().strategy };
  const shared = { regions: ['us'], stores: [POSTS], strategies, port: 0 };
  const server = await createServer({ ...shared, ...options });
  onTestFinished(() => server.shutdown());
  return server;
}

function ask({ port }: Server, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/metrics`, { headers });
}

/** Every sample of a scrape, by its name with labels. */
async function scrape(server: Server): Promise<ReadonlyMap<string, number>> {
  const text = await (await ask(server)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

async function untilScraped(server: Server, samples: Record<string, number>): Promise<void> {
  await until(async () => {
    const scraped = await scrape(server);
    const found = Object.keys(samples).map((name) => [name, scraped.get(name)]);
    expect(Object.fromEntries(found)).toEqual(samples);
  });
}

test('a new node says every metric that its options allow, and no sample is not a number', async () => {
  const peers = [{ name: 'eu', endpoint: 'ws://127.0.0.1:9' }];
  const server = await start({ peers, nodeId: 'a "quoted"\nnode' });
  const text = await (await ask(server)).text();
  const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  const { certificateExpiry, ...withoutTls } = CATALOG;
  expect(families).toEqual(Object.values(withoutTls).map(({ name }) => name));
  expect(text).not.toContain(certificateExpiry.name);
  expect([...(await scrape(server)).values()].filter(Number.isNaN)).toEqual([]);
  await untilScraped(server, {
    'rendezvous_node_info{node="a \\"quoted\\"\\nnode",namespace="default"}': 1,
    'rendezvous_peer_connected{peer="eu"}': 0,
    'rendezvous_monitor_up{store="posts",region="us"}': 1,
    'rendezvous_replica_ready{store="posts",region="us",replica="us-1"}': 1,
  });
});

test('writes and waits are counted from their open to the close', async () => {
  const store = new FakeStore();
  const server = await start({ strategies: { fake: store.strategy } });
  await untilScraped(server, { 'rendezvous_monitor_up{store="posts",region="us"}': 1 });
  const client = await openSession(server.url);
  const open = openOf({ position: store.commit() });
  const opened = await client.askFor('opened', open);
  const blocked = client.ask(waitOf(open, opened));
  await untilScraped(server, {
    rendezvous_opens_total: 1,
    rendezvous_journal_position: 1,
    rendezvous_waits_blocked: 1,
    'rendezvous_branches_open{store="posts",region="us"}': 1,
    'rendezvous_sessions{role="writer"}': 1,
    'rendezvous_visibility_lag_seconds_count{store="posts",region="us"}': 0,
  });
  store.replicate();
  expect(await blocked).toMatchObject({ status: 'consistent', prevented: true });
  await client.ask(waitOf(open, opened, { timeoutMs: 0 }));
  await client.ask(waitOf(open, opened, { timeoutMs: 900_001 }));
  client.socket.close();
  await untilScraped(server, {
    rendezvous_waits_blocked: 0,
    'rendezvous_waits_total{status="consistent",prevented="true"}': 1,
    'rendezvous_waits_total{status="consistent",prevented="false"}': 1,
    'rendezvous_waits_total{status="timed_out",prevented="false"}': 0,
    rendezvous_wait_duration_seconds_count: 2,
    'rendezvous_branches_open{store="posts",region="us"}': 0,
    'rendezvous_visibility_lag_seconds_count{store="posts",region="us"}': 1,
    'rendezvous_failures_total{code="bad_request"}': 1,
    'rendezvous_sessions{role="writer"}': 0,
  });
});

test('a branch that is given up is counted by its store', async () => {
  const stores = [{ ...POSTS, branchTtlMs: 1_000 }];
  const server = await start({ stores, monitors: 'none' });
  const client = await openSession(server.url);
  await client.askFor('opened', openOf());
  await untilScraped(server, { 'rendezvous_branches_given_up_total{store="posts"}': 1 });
});

test('limits that are met, and frames that are refused, are counted', async () => {
  const limits = { branchCountMax: 1, waitCountMax: 1, sessionCountMax: 2 };
  const server = await start({ limits, monitors: 'none' });
  const client = await openSession(server.url);
  const open = openOf();
  const opened = await client.askFor('opened', open);
  await client.askFor('failure', openOf());
  const raw = await openRaw(server.url);
  await new RawClient(server.url).closed;
  raw.socket.send('text');
  await raw.closed;
  // No monitor: after a while the node knows nothing, until then waits block.
  const waits = [waitOf(open, opened), waitOf(open, opened)];
  await Promise.race(client.askAll(waits));
  await untilScraped(server, {
    'rendezvous_limit_exceeded_total{limit="branches"}': 1,
    'rendezvous_limit_exceeded_total{limit="waits"}': 1,
    'rendezvous_limit_exceeded_total{limit="sessions"}': 1,
    'rendezvous_connections_refused_total{reason="session_limit"}': 1,
    'rendezvous_sessions_refused_total{code="bad_frame"}': 1,
    'rendezvous_failures_total{code="limit_exceeded"}': 1,
    'rendezvous_failures_total{code="bad_frame"}': 0,
  });
});

test('with TLS a node says when its certificate ends', async () => {
  const { node, authority } = await createAuthorities();
  const notAfter = new Date('2100-01-01');
  const server = await start({ tls: node, host: '127.0.0.1' });
  server.renewTls(await authority.issue({ notAfter }));
  const options = { port: server.port, path: '/metrics', ca: authority.ca };
  const [response] = (await once(get(options), 'response')) as [IncomingMessage];
  const text = await readText(response);
  expect(text).toContain(`${CATALOG.certificateExpiry.name} ${notAfter.getTime() / 1_000}`);
});

const ADMIN = { token: 'token-of-an-operator', namespace: 'default', role: 'admin' } as const;
const WRITER = { token: 'token-of-a-function', namespace: 'default', role: 'writer' } as const;
const FOREIGN = { token: 'token-of-others-here', namespace: 'others', role: 'admin' } as const;
const TOKENS: readonly TokenGrant[] = [ADMIN, WRITER, FOREIGN];

const ACCESS: readonly {
  readonly who: string;
  readonly authorization?: string;
  readonly status: number;
}[] = [
  { who: 'an operator', authorization: `Bearer ${ADMIN.token}`, status: 200 },
  { who: 'an operator in lower case', authorization: `bearer  ${ADMIN.token}`, status: 200 },
  { who: 'nobody', status: 401 },
  { who: 'an unknown token', authorization: 'Bearer token-of-nobody-here', status: 401 },
  { who: 'another scheme', authorization: `Basic ${ADMIN.token}`, status: 401 },
  { who: 'an empty token', authorization: 'Bearer ', status: 401 },
  { who: 'a function', authorization: `Bearer ${WRITER.token}`, status: 403 },
  { who: 'an operator of others', authorization: `Bearer ${FOREIGN.token}`, status: 403 },
];

test.each(ACCESS)('on a node with tokens $who gets $status', async ({ authorization, status }) => {
  const server = await start({ tokens: TOKENS });
  const response = await ask(server, authorization === undefined ? {} : { authorization });
  expect(response.status).toBe(status);
  expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
});

test('the operator may open the metrics of a node with tokens', async () => {
  const server = await start({ tokens: TOKENS, metrics: 'open' });
  expect((await ask(server)).status).toBe(200);
});

test('a scraper gets OpenMetrics where it asks for it, and the text of Prometheus otherwise', async () => {
  const server = await start();
  const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5';
  const open = await ask(server, { accept });
  expect(open.headers.get('content-type')).toMatch(/^application\/openmetrics-text; version=1/);
  expect(await open.text()).toMatch(/# EOF\n$/);
  const plain = await ask(server);
  expect(plain.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
});

test('what the monitors of a store with markers look up is counted, where they look it up', async () => {
  const store = new FakeMarkerStore();
  const server = await start({ strategies: { fake: store.strategy } });
  const client = await openSession(server.url, { role: 'writer' });
  const open = openOf({ position: '', keys: [Buffer.from('a')] });
  const opened = await client.askFor('opened', open);
  store.primary.set('a', 'foreign');
  store.replica('us').set('a', 'foreign');
  const answer = await client.askFor('waitAnswer', waitOf(open, opened));
  expect(answer).toMatchObject({ status: 'consistent' });
  const name = (at: string): string =>
    `rendezvous_marker_lookups_total{store="posts",region="us",at="${at}"}`;
  await untilScraped(server, {
    [name('replica')]: store.replica('us').lookupCount,
    [name('primary')]: store.primary.lookupCount,
  });
  expect(store.primary.lookupCount).toBeGreaterThan(0);
});

test('each time that a monitor asks a replica how far it is counts', async () => {
  const store = new FakeStore();
  const server = await start({ strategies: { fake: store.strategy } });
  const name = 'rendezvous_watermark_reads_total{store="posts",region="us"}';
  const client = await openSession(server.url, { role: 'writer' });
  await client.askFor('opened', openOf({ position: '1' }));
  await until(async () => expect(store.replica('us').readCount).toBeGreaterThan(2));
  const before = store.replica('us').readCount;
  const asked = (await scrape(server)).get(name);
  expect(asked).toBeGreaterThanOrEqual(before);
  expect(asked).toBeLessThanOrEqual(store.replica('us').readCount);
});
