import {
  type ClientMessage,
  decodeClientFrame,
  isUlid,
  type NodeBody,
  type NodeMessage,
  type Open,
} from '@rendezvous/protocol';
import { expect, test } from 'vitest';
import type { LoadSetup } from './open-contracts.js';
import { applyLoad } from './open-load.js';
import type { WireSession } from './wire-session.js';

interface FakeSession extends WireSession {
  readonly opens: Open[];
  /** Opens in flight: the most at a time. */
  inFlightMax: number;
}

const FULL: NodeBody = {
  kind: 'failure',
  code: 'limit_exceeded',
  message: 'full',
  retryable: false,
};

/** A node that acknowledges opens a turn later, in order; `refuse` says which it does not. */
function createSession(refuse: (open: Open) => boolean = () => false): FakeSession {
  let inFlight = 0;
  let take: (messages: readonly NodeMessage[]) => void = () => undefined;
  const toOpen = ({ body }: ClientMessage): Open => {
    if (body.kind !== 'open') throw new TypeError(`no load asks for ${body.kind}`);
    return body;
  };
  const session: FakeSession = {
    opens: [],
    inFlightMax: 0,
    send: (frame) => {
      const messages = decodeClientFrame(frame);
      session.opens.push(...messages.map(toOpen));
      inFlight += messages.length;
      session.inFlightMax = Math.max(session.inFlightMax, inFlight);
      setImmediate(() => {
        inFlight -= messages.length;
        const answer = (message: ClientMessage): NodeBody =>
          refuse(toOpen(message)) ? FULL : { kind: 'opened', journal: 'J', sequence: message.id };
        take(messages.map((message) => ({ id: message.id, body: answer(message) })));
      });
    },
    onMessages: (listener) => (take = listener),
    ended: new Promise(() => undefined),
    shutdown: () => undefined,
  };
  return session;
}

const SETUP: LoadSetup = {
  depth: 3,
  storesPerRequest: 2,
  ratePerSec: null,
  durationMs: 60_000,
  opensMax: 100,
};

test('a closed loop keeps every session at its depth until all requests are sent', async () => {
  const sessions = [createSession(), createSession()];
  const report = await applyLoad(sessions, SETUP);
  expect(report.opens).toBe(100);
  expect(report.latencyCounts.reduce((sum, count) => sum + count, 0)).toBe(100);
  for (const { inFlightMax, opens } of sessions) {
    expect(inFlightMax).toBe(3 * 2);
    expect(opens.length).toBeGreaterThan(3 * 2);
  }
});

test('a request opens a branch of its own in each of its stores, under one rid', async () => {
  const session = createSession();
  await applyLoad([session], { ...SETUP, opensMax: 2 });
  const { opens } = session;
  expect(opens.map(({ store }) => store)).toEqual(['store-1', 'store-2', 'store-1', 'store-2']);
  expect(new Set(opens.map(({ bid }) => bid)).size).toBe(4);
  expect(new Set(opens.map(({ rid }) => rid)).size).toBe(2);
  expect(opens.every(({ bid, rid }) => isUlid(bid) && isUlid(rid))).toBe(true);
});

test('an open loop sends all that was due in its time, never beyond the depth', async () => {
  const sessions = [createSession(), createSession()];
  const setup = { ...SETUP, ratePerSec: 1_000, durationMs: 1_000, opensMax: 50 };
  const report = await applyLoad(sessions, setup);
  expect(report.opens).toBe(50);
  // The last was due after 49 ms.
  expect(report.finishedAtMs - report.startedAtMs).toBeGreaterThanOrEqual(48);
  for (const { inFlightMax } of sessions) expect(inFlightMax).toBeLessThanOrEqual(3 * 2);
});

test('no request but the first is sent after its time', async () => {
  const session = createSession();
  const report = await applyLoad([session], { ...SETUP, durationMs: 0 });
  expect(report.opens).toBe(1);
  expect(session.opens).toHaveLength(2);
});

test('a refused open ends the load with its reason', async () => {
  const session = createSession(({ store }) => store === 'store-2');
  await expect(applyLoad([session], SETUP)).rejects.toMatchObject({ code: 'limit_exceeded' });
  expect(session.opens.length).toBeLessThan(200);
});
