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
import { createDeferred } from '../session/deferred.js';
import type { Deferred } from '../session/deferred.js';
import type { Connection } from '../session/index.js';
import type { SessionTimings } from './session-timings.js';

export class SilenceProbe {
  readonly #timings: SessionTimings;
  #heardAt = readClocks();
  #probed: Connection | undefined;
  #doubt: Deferred<AbortSignal> = createDeferred();

  constructor(timings: SessionTimings) {
    this.#timings = timings;
  }

  /** Resolves at the next doubt, with a signal that aborts once the doubt is over. */
  doubted(): Promise<AbortSignal> {
    return this.#doubt.promise;
  }

  /** Call it when the connected node says anything. */
  heard(): void {
    this.#heardAt = readClocks();
  }

  /** Call it when an operation is about to be sent. */
  sending(connection: Connection): void {
    if (this.#probed === connection || quietMs(this.#heardAt) < this.#timings.probeAfterMs) return;
    this.#probed = connection;
    const isOver = new AbortController();
    const timer = setTimeout(() => {
      this.#doubt.resolve(isOver.signal);
      this.#doubt = createDeferred();
    }, this.#timings.probeMs);
    timer.unref();
    const end = (): void => {
      clearTimeout(timer);
      isOver.abort();
      if (this.#probed === connection) this.#probed = undefined;
    };
    connection.request({ kind: 'ping' }, { background: true }).then(() => {
      this.heard();
      end();
    }, end);
  }
}

/** In some sandboxes one of the two stands still while the process is frozen. */
interface Clocks {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

function readClocks(): Clocks {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}

function quietMs(since: Clocks): number {
  const now = readClocks();
  return Math.max(now.monotonicMs - since.monotonicMs, now.wallMs - since.wallMs);
}
