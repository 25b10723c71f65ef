/**
 * The process's one session with its nodes: operations go to whichever node is connected, wait for a
 * connection while there is none, and are sent again, perhaps to another node, when it is lost.
 *
 * ```
 *   idle ── first operation ──▶ connecting ◀──────▶ connected
 *                                   │                   ▲
 *                                   └──▶ away ──────────┘   (failover/keep-connected.ts says when)
 * ```
 *
 * Once away, operations fail at once, except patient ones: nodes that are down must not cost every
 * read its whole deadline. Everything sent through `perform` must be idempotent.
 */

import { RendezvousError } from '@rendezvous/protocol';
import type { Confirm, Mode, NodeBody, SdkClientBody } from '@rendezvous/protocol';
import { monotonicMs } from './clock.js';
import { createConnectionWaiters } from './failover/connection-waiters.js';
import type { WaiterOptions } from './failover/connection-waiters.js';
import { keepConnected } from './failover/keep-connected.js';
import type { NodeSearchOptions } from './failover/node-search.js';
import { createSilenceProbe } from './failover/silence-probe.js';
import { createAborted } from './session/deferred.js';
import type { Connection } from './session/index.js';

export interface NodeSessionOptions extends NodeSearchOptions {
  readonly onConnect: () => void;
}

export interface PerformOptions {
  /** From now until the operation rejects with `unavailable`, reconnects included. */
  readonly timeoutMs: number;
  /** Wait for a connection also while away. Default false. */
  readonly patient?: boolean;
  /** Does not keep the process alive: nobody awaits it. Default false. */
  readonly background?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface NodeSession {
  /** The operator's remote switch as last heard; `enforce` before the first connection. */
  readonly modeCeiling: Mode;
  /** No node has been reachable for a while. */
  readonly isAway: boolean;
  /**
   * Sends an operation, in this turn if connected, and again after each reconnect until it is
   * answered. `toBody` is called at each sending, with the time that is left.
   */
  perform(
    toBody: (remainingMs: number) => SdkClientBody,
    options: PerformOptions,
  ): Promise<NodeBody>;
  /** Sends what has no reply, if connected: it may be lost. */
  tell(body: Confirm): void;
  /** Ends the session; operations in progress and later ones reject with `shut_down`. Idempotent. */
  shutdown(): void;
}

export function createNodeSession(options: NodeSessionOptions): NodeSession {
  const stop = new AbortController();
  const stopped = stop.signal;
  const waiters = createConnectionWaiters();
  const { doubted, heard, sending } = createSilenceProbe(options.timings);
  let keeping: Promise<void> | undefined;
  let current: Connection | undefined;
  let awayBecause: RendezvousError | undefined;
  let modeCeiling: Mode = 'enforce';

  const lost = (connection: Connection): void => {
    if (current === connection) current = undefined;
  };
  const away = (reason: RendezvousError, forGood?: boolean): void => {
    awayBecause = reason;
    waiters.reject(reason, forGood);
  };
  const connected = (connection: Connection): void => {
    const previous = current;
    current = connection;
    heard();
    modeCeiling = connection.welcome.modeCeiling;
    awayBecause = undefined;
    options.onConnect();
    waiters.resolveAll(connection);
    previous?.shutdown(); // What is in progress there is sent again, here.
  };
  const connect = async (waiting: WaiterOptions): Promise<Connection> => {
    if (waiting.signal?.aborted) throw createAborted();
    if (awayBecause && (!waiting.patient || stopped.aborted)) throw awayBecause;
    const listener = { connected, lost, doubted, away };
    keeping ??= keepConnected(options, listener, stopped).catch((error: unknown) => {
      away(RendezvousError.from(error), true);
    });
    return waiters.wait(waiting);
  };

  return {
    get modeCeiling() {
      return modeCeiling;
    },
    get isAway() {
      return awayBecause !== undefined;
    },
    async perform(toBody, { timeoutMs, ...limits }) {
      const deadlineMs = monotonicMs() + timeoutMs;
      for (;;) {
        const leftMs = (): number => Math.max(0, deadlineMs - monotonicMs());
        const connection = current ?? (await connect({ ...limits, timeoutMs: leftMs() }));
        const remainingMs = leftMs();
        sending(connection);
        try {
          const body = toBody(remainingMs);
          const answer = await connection.request(body, { ...limits, timeoutMs: remainingMs });
          if (current === connection) heard();
          return answer;
        } catch (error) {
          if (!connection.isOver || stopped.aborted) throw error;
          lost(connection);
        }
      }
    },
    tell: (body) => current?.send(body),
    shutdown() {
      stop.abort();
      current?.shutdown();
      away(new RendezvousError('shut_down', 'The client was shut down.'), true);
    },
  };
}
