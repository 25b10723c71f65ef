import type { Connection } from '@rendezvous/client/session';
import { isUlid, RendezvousError, type NodeBody, type Open } from '@rendezvous/protocol';
import { expect, test } from 'vitest';
import type { LoadSetup } from './open-contracts.js';
import { applyLoad } from './open-load.js';

interface FakeConnection extends Connection {
  readonly opens: Open[];
  /** Opens in flight: the most at a time. */
  inFlightMax: number;
}

/** A node that acknowledges opens a turn later, in order; `refuse` says which it does not. */
function createConnection(refuse: (open: Open) => boolean = () => false): FakeConnection {
  let inFlight = 0;
  const connection: FakeConnection = {
    welcome: {
      kind: 'welcome',
      protocol: 1,
      nodeId: 'fake',
      regions: ['eu'],
      stores: [],
      modeCeiling: 'enforce',
      frameBytesMax: 1_048_576,
    },
    opens: [],
    inFlightMax: 0,
    request: (body) => {
      if (body.kind !== 'open') throw new TypeError(`no load asks for ${body.kind}`);
      connection.opens.push(body);
      inFlight += 1;
      connection.inFlightMax = Math.max(connection.inFlightMax, inFlight);
      return new Promise<NodeBody>((resolve, reject) => {
        setImmediate(() => {
          inFlight -= 1;
          if (refuse(body)) reject(new RendezvousError('limit_exceeded', 'full'));
          else resolve({ kind: 'opened', journal: 'J', sequence: connection.opens.length });
        });
      });
    },
    stream: () => 0,
    send: () => undefined,
    ended: new Promise(() => undefined),
    isOver: false,
    shutdown: () => undefined,
  };
  return connection;
}

const SETUP: LoadSetup = {
  depth: 3,
  storesPerRequest: 2,
  ratePerSec: null,
  durationMs: 60_000,
  opensMax: 100,
};

test('a closed loop keeps every connection at its depth until all requests are sent', async () => {
  const connections = [createConnection(), createConnection()];
  const report = await applyLoad(connections, SETUP);
  expect(report.opens).toBe(100);
  expect(report.latencyCounts.reduce((sum, count) => sum + count, 0)).toBe(100);
  for (const { inFlightMax, opens } of connections) {
    expect(inFlightMax).toBe(3 * 2);
    expect(opens.length).toBeGreaterThan(3 * 2);
  }
});

test('a request opens a branch of its own in each of its stores, under one rid', async () => {
  const connection = createConnection();
  await applyLoad([connection], { ...SETUP, opensMax: 2 });
  const { opens } = connection;
  expect(opens.map(({ store }) => store)).toEqual(['store-1', 'store-2', 'store-1', 'store-2']);
  expect(new Set(opens.map(({ bid }) => bid)).size).toBe(4);
  expect(new Set(opens.map(({ rid }) => rid)).size).toBe(2);
  expect(opens.every(({ bid, rid }) => isUlid(bid) && isUlid(rid))).toBe(true);
});

test('an open loop sends all that was due in its time, never beyond the depth', async () => {
  const connections = [createConnection(), createConnection()];
  const setup = { ...SETUP, ratePerSec: 1_000, durationMs: 1_000, opensMax: 50 };
  const report = await applyLoad(connections, setup);
  expect(report.opens).toBe(50);
  // The last was due after 49 ms.
  expect(report.finishedAtMs - report.startedAtMs).toBeGreaterThanOrEqual(48);
  for (const { inFlightMax } of connections) expect(inFlightMax).toBeLessThanOrEqual(3 * 2);
});

test('no request but the first is sent after its time', async () => {
  const connection = createConnection();
  const report = await applyLoad([connection], { ...SETUP, durationMs: 0 });
  expect(report.opens).toBe(1);
  expect(connection.opens).toHaveLength(2);
});

test('a refused open ends the load with its reason', async () => {
  const connection = createConnection(({ store }) => store === 'store-2');
  await expect(applyLoad([connection], SETUP)).rejects.toMatchObject({ code: 'limit_exceeded' });
  expect(connection.opens.length).toBeLessThan(200);
});
