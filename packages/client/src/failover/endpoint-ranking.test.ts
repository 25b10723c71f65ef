import { expect, test } from 'vitest';
import { RendezvousError } from '@rendezvous/protocol';
import type { Endpoint } from './endpoint.js';
import { rankEndpoints } from './endpoint-ranking.js';
import type { EndpointRanking } from './endpoint-ranking.js';
import { DEFAULT_TIMINGS } from './session-timings.js';

const LIST = [['ws://us-a', 'ws://us-b'], ['ws://eu'], ['ws://ap']];

function createRanking(random: () => number = () => 0): EndpointRanking {
  return rankEndpoints(LIST, DEFAULT_TIMINGS, random);
}

function hostsOf(endpoints: readonly Endpoint[]): string[] {
  return endpoints.map(({ host }) => host);
}

function find(ranking: EndpointRanking, host: string): Endpoint {
  const endpoint = ranking.ranked().find((one) => one.host === host);
  if (!endpoint) throw new Error(`no endpoint ${host}`);
  return endpoint;
}

test('before anything is known the order is the given one, and equals are shuffled', () => {
  const first = createRanking(() => 0);
  const last = createRanking(() => 0.99);
  expect(hostsOf(first.ranked())).toEqual(['us-a', 'us-b', 'eu', 'ap']);
  expect(hostsOf(last.ranked())).toEqual(['us-b', 'us-a', 'eu', 'ap']);
});

test('many clients spread evenly over equals', () => {
  const firsts = Array.from({ length: 2_000 }, (_, index) => {
    const [first] = createRanking(() => (index % 1_000) / 1_000).ranked();
    return first?.host;
  });
  expect(firsts.filter((host) => host === 'us-a')).toHaveLength(1_000);
  expect(firsts.filter((host) => host === 'us-b')).toHaveLength(1_000);
});

test('a node that does not serve the region comes after all that may', () => {
  const ranking = createRanking();
  find(ranking, 'us-a').welcomed(false);
  expect(hostsOf(ranking.ranked())).toEqual(['us-b', 'eu', 'ap', 'us-a']);
  find(ranking, 'us-a').welcomed(true);
  expect(hostsOf(ranking.ranked())).toEqual(['us-a', 'us-b', 'eu', 'ap']);
});

test('better are nodes of an earlier place, not equals; of one that does not serve, all that may', () => {
  const ranking = createRanking();
  const betterThan = (host: string): string[] => hostsOf(ranking.betterThan(find(ranking, host)));
  expect(betterThan('us-a')).toEqual([]);
  expect(betterThan('us-b')).toEqual([]);
  expect(betterThan('ap')).toEqual(['us-a', 'us-b', 'eu']);
  find(ranking, 'us-a').welcomed(false);
  expect(betterThan('us-a')).toEqual(['us-b', 'eu', 'ap']);
});

test('a refusal is unanimous once every node refused, until one may take us again', () => {
  const ranking = createRanking();
  const no = new RendezvousError('unauthenticated', 'no');
  expect(ranking.refusal()).toEqual({ reason: undefined, isUnanimous: false });
  for (const endpoint of ranking.ranked()) {
    expect(ranking.refusal().isUnanimous).toBe(false);
    endpoint.failed(no, 0, 0);
    expect(ranking.refusal().reason).toBe(no);
  }
  expect(ranking.refusal().isUnanimous).toBe(true);
  find(ranking, 'eu').failed(new RendezvousError('unavailable', 'down'), 0, 0);
  expect(ranking.refusal()).toEqual({ reason: no, isUnanimous: false });
});
