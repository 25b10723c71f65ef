import { RendezvousError } from '@rendezvous/protocol';
import { expect, test } from 'vitest';
import { createFakeConnection } from '../../test/fake-connection.js';
import type { Connection } from '../session/index.js';
import { dial } from './dial.js';
import type { Dialed } from './dial.js';
import { createEndpoint } from './endpoint.js';
import type { Endpoint } from './endpoint.js';
import { DEFAULT_TIMINGS } from './session-timings.js';

const DOWN = new RendezvousError('unavailable', 'down');
/** Longer than any test: whoever waits for it fails by the test's own time limit. */
const NEVER_MS = 600_000;

type Behaviour = (signal: AbortSignal) => Promise<Connection>;

const welcomes: Behaviour = () => Promise.resolve(createFakeConnection());
const isDown: Behaviour = () => Promise.reject(DOWN);
const isSilent: Behaviour = (signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new RendezvousError('cancelled', 'given up'));
    });
  });

interface Dialing {
  readonly endpoints: readonly Endpoint[];
  /** The hosts of all attempts, in order. */
  readonly attempts: readonly string[];
  readonly failures: readonly string[];
  readonly result: Promise<Dialed | undefined>;
  readonly stop: AbortController;
}

/** Dials nodes `n0`, `n1`, … that behave as given; the last behaviour of a list is for good. */
function startDial(
  nodes: readonly (readonly [Behaviour, ...Behaviour[]])[],
  { staggerMs = NEVER_MS, prepare = (_endpoints: readonly Endpoint[]): void => undefined } = {},
): Dialing {
  const endpoints = nodes.map((_, index) => createEndpoint(`ws://n${index}`, 0, DEFAULT_TIMINGS));
  prepare(endpoints);
  const behaviours = nodes.map((list) => [...list]);
  const attempts: string[] = [];
  const failures: string[] = [];
  const stop = new AbortController();
  const result = dial(endpoints, {
    staggerMs,
    signal: stop.signal,
    connect: (url, signal) => {
      const index = endpoints.findIndex((endpoint) => endpoint.url === url);
      attempts.push(`n${index}`);
      const list = behaviours[index] ?? [];
      const behaviour = list.length > 1 ? list.shift() : list[0];
      return (behaviour ?? isDown)(signal);
    },
    onFailure: (endpoint, error) => {
      failures.push(endpoint.host);
      endpoint.failed(error, performance.now(), 1);
    },
  });
  return { endpoints, attempts, failures, result, stop };
}

test('the first node that welcomes is taken, and later ones are not tried', async () => {
  const { endpoints, attempts, result } = startDial([[welcomes], [welcomes]]);
  expect((await result)?.endpoint).toBe(endpoints[0]);
  expect(attempts).toEqual(['n0']);
});

test('a node that fails passes its turn on at once', async () => {
  const { endpoints, failures, result } = startDial([[isDown], [welcomes]]);
  expect((await result)?.endpoint).toBe(endpoints[1]);
  expect(failures).toContain('n0');
});

test('a silent node costs the stagger, and is given up once another has won', async () => {
  const { endpoints, attempts, failures, result } = startDial([[isSilent], [welcomes]], {
    staggerMs: 1,
  });
  expect((await result)?.endpoint).toBe(endpoints[1]);
  expect(attempts).toEqual(['n0', 'n1']);
  expect(failures).toEqual([]);
});

test('each node is tried again by itself, however long another is silent', async () => {
  const { endpoints, result } = startDial([[isSilent], [isDown, isDown, welcomes]], {
    staggerMs: 1,
  });
  expect((await result)?.endpoint).toBe(endpoints[1]);
});

test('a node that is to be left alone is passed over', async () => {
  const { endpoints, attempts, result } = startDial([[welcomes], [welcomes]], {
    prepare: ([first]) => {
      first?.failed(DOWN, performance.now() + NEVER_MS, NEVER_MS);
    },
  });
  expect((await result)?.endpoint).toBe(endpoints[1]);
  expect(attempts).toEqual(['n1']);
});

test('a connection that comes after the race is shut down', async () => {
  const late = createFakeConnection();
  const comesLate: Behaviour = (signal) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        resolve(late);
      });
    });
  const { endpoints, result } = startDial([[comesLate], [welcomes]], { staggerMs: 1 });
  expect((await result)?.endpoint).toBe(endpoints[1]);
  expect(late.isOver).toBe(true);
});

test('given up, it resolves with nothing and tries no more', async () => {
  const { attempts, result, stop } = startDial([[isSilent], [welcomes]]);
  stop.abort();
  await expect(result).resolves.toBeUndefined();
  expect(attempts).toEqual(['n0']);
});
