/**
 * In which order to try the nodes.
 *
 * Those that serve the client's region come first: only they answer its waits (rule 8). Among them,
 * and among the rest, the order is the user's; nodes that the user calls equal are shuffled once per
 * process, so that many processes spread over them. Which regions a node serves is learned from its
 * Welcome; until then it is taken to serve ours.
 */
import type { RendezvousError } from '@rendezvous/protocol';
import { createEndpoint } from './endpoint.js';
import type { Endpoint } from './endpoint.js';
import type { SessionTimings } from './session-timings.js';

export interface EndpointRanking {
  /** The best first. */
  ranked(): readonly Endpoint[];
  /** Those that rank before `endpoint`, the best first; its equals are not among them. */
  betterThan(endpoint: Endpoint): readonly Endpoint[];
  /** Those that rank no worse than `endpoint`, itself included, the best first. */
  asGoodAs(endpoint: Endpoint): readonly Endpoint[];
  /** Why nodes do not take us: the first reason, and whether each has one. */
  refusal(): { readonly reason: RendezvousError | undefined; readonly isUnanimous: boolean };
}

/** `tiers`: URLs in the order of preference, equals together. `random` draws from [0, 1). */
export function rankEndpoints(
  tiers: readonly (readonly string[])[],
  timings: SessionTimings,
  random: () => number = Math.random,
): EndpointRanking {
  const endpoints = tiers.flatMap((urls, tier) =>
    shuffle(urls, random).map((url) => createEndpoint(url, tier, timings)),
  );
  const ranked = (): readonly Endpoint[] => endpoints.toSorted(compare);
  return {
    ranked,
    betterThan: (endpoint) => ranked().filter((other) => compare(other, endpoint) < 0),
    asGoodAs: (endpoint) => ranked().filter((other) => compare(other, endpoint) <= 0),
    refusal() {
      const refusals = endpoints.flatMap(({ refusal }) => refusal ?? []);
      return { reason: refusals[0], isUnanimous: refusals.length === endpoints.length };
    },
  };
}

function compare(a: Endpoint, b: Endpoint): number {
  return Number(b.servesRegion) - Number(a.servesRegion) || a.tier - b.tier;
}

/** A new list in random order, every order equally likely (Fisher and Yates). */
function shuffle<T>(items: readonly T[], random: () => number): T[] {
  const rest = [...items];
  return items.flatMap(() => rest.splice(Math.floor(random() * rest.length), 1));
}
