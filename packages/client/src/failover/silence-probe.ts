/**
 * Finds out whether the connected node still hears us.
 *
 * A function that was frozen for minutes wakes up with a socket that a load balancer, a NAT or a node
 * forgot long ago, and that says nothing. Only an operation can find out: the first one after a pause
 * takes a ping along. When that is not answered soon, other connections are tried beside the silent
 * one, and whoever speaks first has won.
 *
 * ```
 *   heard ── quiet for probeAfterMs, then an operation ──▶ probing ── probeMs ──▶ in doubt
 *     ▲                                                       │                      │
 *     └───────────────────────── it answers ──────────────────┴──────────────────────┘
 * ```
 */
import { monotonicMs } from '../clock.js';
import { createDeferred } from '../session/deferred.js';
import type { Deferred } from '../session/deferred.js';
import type { Connection } from '../session/index.js';
import type { SessionTimings } from './session-timings.js';

export interface SilenceProbe {
  /** Resolves at the next doubt, with a signal that aborts once the doubt is over. */
  readonly doubted: () => Promise<AbortSignal>;
  /** Call it when the connected node says anything. */
  readonly heard: () => void;
  /** Call it when an operation is about to be sent. */
  readonly sending: (connection: Connection) => void;
}

export function createSilenceProbe({ probeAfterMs, probeMs }: SessionTimings): SilenceProbe {
  let heardAt = readClocks();
  let probed: Connection | undefined;
  let doubt: Deferred<AbortSignal> = createDeferred();
  const heard = (): void => {
    heardAt = readClocks();
  };
  return {
    doubted: () => doubt.promise,
    heard,
    sending(connection) {
      if (probed === connection || quietMs(heardAt) < probeAfterMs) return;
      probed = connection;
      const isOver = new AbortController();
      const timer = setTimeout(() => {
        doubt.resolve(isOver.signal);
        doubt = createDeferred();
      }, probeMs);
      timer.unref();
      const end = (): void => {
        clearTimeout(timer);
        isOver.abort();
        if (probed === connection) probed = undefined;
      };
      connection.request({ kind: 'ping' }, { background: true }).then(() => {
        heard();
        end();
      }, end);
    },
  };
}

/** In some sandboxes one of the two clocks stands still while the process is frozen. */
type Clocks = readonly [monotonicMs: number, wallMs: number];

function readClocks(): Clocks {
  return [monotonicMs(), Date.now()];
}

function quietMs([sinceMonotonicMs, sinceWallMs]: Clocks): number {
  return Math.max(monotonicMs() - sinceMonotonicMs, Date.now() - sinceWallMs);
}
