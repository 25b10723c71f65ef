import { expect, test } from 'vitest';
import { RendezvousError } from '@rendezvous/protocol';
import { createEndpoint as create } from './endpoint.js';
import type { Endpoint } from './endpoint.js';
import { DEFAULT_TIMINGS } from './session-timings.js';

const DOWN = new RendezvousError('unavailable', 'down');

function createEndpoint(): Endpoint {
  return create('wss://user:secret@us:7410', 0, DEFAULT_TIMINGS);
}

test('an endpoint is named without its credentials', () => {
  expect(createEndpoint().host).toBe('us:7410');
});

test('pauses between failed attempts grow up to the bound, and a lasting connection ends them', () => {
  const endpoint = createEndpoint();
  expect(endpoint.readyInMs(0)).toBe(0);
  endpoint.failed(DOWN, 0, 1_000);
  const firstMs = endpoint.readyInMs(0);
  expect(firstMs).toBeGreaterThanOrEqual(25);
  expect(firstMs).toBeLessThanOrEqual(50);
  for (let count = 0; count < 10; count++) endpoint.failed(DOWN, 0, 1_000);
  expect(endpoint.readyInMs(0)).toBe(1_000);
  endpoint.failed(DOWN, 0, 60_000);
  expect(endpoint.readyInMs(0)).toBeLessThanOrEqual(DEFAULT_TIMINGS.returnDelayMsMax);
  endpoint.lost(DEFAULT_TIMINGS.stableMs, 60_000);
  expect(endpoint.readyInMs(60_000)).toBe(0);
  endpoint.failed(DOWN, 0, 1_000);
  expect(endpoint.readyInMs(0)).toBeLessThanOrEqual(50);
});

test('a connection that did not last counts as a failed attempt', () => {
  const endpoint = createEndpoint();
  endpoint.lost(10, 0);
  expect(endpoint.readyInMs(0)).toBeGreaterThan(0);
});

test('a node that refuses is left alone for longer, and a Welcome takes the refusal back', () => {
  const endpoint = createEndpoint();
  const no = new RendezvousError('permission_denied', 'no');
  endpoint.failed(no, 0, 1_000);
  expect(endpoint.refusal).toBe(no);
  expect(endpoint.readyInMs(0)).toBe(DEFAULT_TIMINGS.refusedDelayMs);
  endpoint.welcomed(true);
  expect(endpoint.refusal).toBeUndefined();
});
