/**
 * Finds a node that takes us among those of the user's list, and says when none does: for `awayMs`, or
 * because every node refuses us.
 */

import { RendezvousError } from '@rendezvous/protocol';
import { monotonicMs } from '../clock.js';
import type { Log } from '../log.js';
import type { Connection } from '../session/index.js';
import { dial } from './dial.js';
import type { Dialed } from './dial.js';
import type { Endpoint } from './endpoint.js';
import { rankEndpoints } from './endpoint-ranking.js';
import type { EndpointRanking } from './endpoint-ranking.js';
import type { SessionTimings } from './session-timings.js';

export interface NodeSearchOptions {
  /** URLs in the order of preference, equals together. */
  readonly nodes: readonly (readonly string[])[];
  /** Nodes that serve it are preferred to those that do not. */
  readonly region: string;
  /** Rejects soon after its signal is aborted. */
  readonly connect: (endpoint: string, signal: AbortSignal) => Promise<Connection>;
  readonly timings: SessionTimings;
  readonly log: Log;
}

export interface NodeSearch {
  readonly ranking: EndpointRanking;
  /** Resolves with the first node of these that takes us, or with undefined once `signal` aborts. */
  among(endpoints: readonly Endpoint[], signal: AbortSignal): Promise<Dialed | undefined>;
  /** As `among`, of all nodes, while there is no connection. */
  anywhere(): Promise<Dialed | undefined>;
  /** From now on there is a connection to this node. */
  connected(endpoint: Endpoint): void;
  /** There is none any more. */
  lost(endpoint: Endpoint, reason: RendezvousError): void;
}

/** `onAway`: no node can be reached for now. Says nothing once `stopped` is aborted. */
export function createNodeSearch(
  { nodes, region, connect, timings, log }: NodeSearchOptions,
  onAway: (reason: RendezvousError) => void,
  stopped: AbortSignal,
): NodeSearch {
  const ranking = rankEndpoints(nodes, timings);
  let state: 'connecting' | 'connected' | 'away' = 'connecting';

  const tell = (
    level: 'info' | 'warn' | 'error',
    event: string,
    { host: node }: Endpoint,
    message?: string,
  ): void => {
    if (!stopped.aborted) log({ level, event, node, region, message });
  };
  const goAway = (reason: RendezvousError): void => {
    state = 'away';
    onAway(reason);
  };
  const onFailure = (endpoint: Endpoint, error: RendezvousError): void => {
    const isConnected = state === 'connected';
    const delayMsMax = isConnected ? timings.returnDelayMsMax : timings.reconnectDelayMsMax;
    endpoint.failed(error, monotonicMs(), delayMsMax);
    if (error.retryable) tell('warn', 'node_unreachable', endpoint, error.message);
    else tell('error', 'node_refused', endpoint, error.message);
    // Waiting helps only where the same attempt may succeed later; and a refusal explains more than silence.
    const { reason, isUnanimous } = ranking.refusal();
    if (reason && (isUnanimous ? !isConnected : state === 'away')) goAway(reason);
  };
  const among: NodeSearch['among'] = async (endpoints, signal) => {
    const { staggerMs } = timings;
    const dialed = await dial(endpoints, { staggerMs, signal, connect, onFailure });
    dialed?.endpoint.welcomed(dialed.connection.welcome.regions.includes(region));
    return dialed;
  };
  return {
    ranking,
    among,
    async anywhere() {
      const { awayMs } = timings;
      const timer = setTimeout(() => {
        const silence = new RendezvousError('unavailable', `No node reached for ${awayMs} ms.`);
        goAway(ranking.refusal().reason ?? silence);
      }, awayMs);
      timer.unref();
      const dialed = await among(ranking.ranked(), stopped);
      clearTimeout(timer);
      return dialed;
    },
    connected(endpoint) {
      if (state === 'connected') tell('info', 'session_moved', endpoint);
      state = 'connected';
      if (!endpoint.servesRegion) tell('warn', 'region_not_served', endpoint);
    },
    lost(endpoint, { message }) {
      state = 'connecting';
      tell('warn', 'session_lost', endpoint, message);
    },
  };
}
