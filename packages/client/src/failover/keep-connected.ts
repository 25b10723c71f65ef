/**
 * Keeps one connection to the best node that answers, until it is told to stop.
 *
 * ```
 *   connecting ── welcomed ──▶ connected ── lost ──▶ connecting
 *        │                        ├── a better node is back ──▶ connected (to that)
 *        │                        └── silent, and another connection stands first ──▶ connected (to that)
 *        └── for awayMs, or every node refuses us ──▶ away (connecting goes on)
 * ```
 *
 * A better node is one that serves the region where the connected one does not, or that the user
 * prefers (`endpoint-ranking.ts`).
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
import { pause } from '../pause.js';
import type { SessionTimings } from './session-timings.js';

export interface KeepConnectedOptions {
  /** URLs in the order of preference, equals together. */
  readonly nodes: readonly (readonly string[])[];
  /** Nodes that serve it are preferred to those that do not. */
  readonly region: string;
  /** Rejects soon after its signal is aborted. */
  readonly connect: (endpoint: string, signal: AbortSignal) => Promise<Connection>;
  readonly timings: SessionTimings;
  readonly log: Log;
}

export interface ConnectionListener {
  /** From now on this connection counts; the one before, if it still stands, is for the listener to end. */
  connected(connection: Connection): void;
  lost(connection: Connection): void;
  /** Resolves when the connection that counts is suspected to be dead, with a signal that ends the suspicion. */
  doubted(): Promise<AbortSignal>;
  /** No node can be reached for now. */
  away(reason: RendezvousError): void;
}

/** Resolves once `signal` is aborted and no connection stands that the listener has not been given. */
export function keepConnected(
  options: KeepConnectedOptions,
  listener: ConnectionListener,
  signal: AbortSignal,
): Promise<void> {
  return new Keeper(options, listener, signal).run();
}

class Keeper {
  readonly #options: KeepConnectedOptions;
  readonly #listener: ConnectionListener;
  readonly #signal: AbortSignal;
  readonly #ranking: EndpointRanking;
  #state: 'connecting' | 'connected' | 'away' = 'connecting';

  constructor(options: KeepConnectedOptions, listener: ConnectionListener, signal: AbortSignal) {
    this.#options = options;
    this.#listener = listener;
    this.#signal = signal;
    this.#ranking = rankEndpoints(options.nodes, options.timings);
  }

  async run(): Promise<void> {
    let current = await this.#connectInTime();
    while (current && !this.#signal.aborted) {
      this.#announce(current);
      current = (await this.#untilReplaced(current)) ?? (await this.#connectInTime());
    }
    current?.connection.shutdown();
  }

  #announce({ endpoint, connection }: Dialed): void {
    if (this.#state === 'connected') this.#tell('info', 'session_moved', endpoint);
    this.#state = 'connected';
    if (!endpoint.servesRegion) this.#tell('warn', 'region_not_served', endpoint);
    this.#listener.connected(connection);
  }

  /** Connects, however long it takes; we are away when it takes too long. Undefined once stopped. */
  async #connectInTime(): Promise<Dialed | undefined> {
    const { awayMs } = this.#options.timings;
    const timer = setTimeout(() => {
      const silence = new RendezvousError('unavailable', `No node reached for ${awayMs} ms.`);
      this.#goAway(this.#ranking.refusal().reason ?? silence);
    }, awayMs);
    timer.unref();
    const dialed = await this.#dial(this.#ranking.ranked(), this.#signal);
    clearTimeout(timer);
    return dialed;
  }

  /** Resolves with the connection that takes over, or with undefined when this one is lost. */
  async #untilReplaced({ endpoint, connection }: Dialed): Promise<Dialed | undefined> {
    const search = new AbortController();
    const connectedMs = monotonicMs();
    const { ended } = connection;
    const searches = [
      this.#findBetter(endpoint, search.signal),
      this.#findRescue(endpoint, search.signal),
    ];
    const replaced = searches.map((found) => found.then((next) => (next ? undefined : ended)));
    const reason = await Promise.race([ended, ...replaced]);
    search.abort();
    if (reason) {
      this.#state = 'connecting';
      this.#listener.lost(connection);
      const nowMs = monotonicMs();
      endpoint.lost(nowMs - connectedMs, nowMs);
      this.#tell('warn', 'session_lost', endpoint, reason.message);
    }
    const [next, spare] = (await Promise.all(searches)).flatMap((dialed) => dialed ?? []);
    spare?.connection.shutdown();
    return next;
  }

  /** While the connection is in doubt, tries others to nodes that are as good, this one included. */
  async #findRescue(connected: Endpoint, signal: AbortSignal): Promise<Dialed | undefined> {
    const stopped = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve(undefined);
      });
    });
    for (;;) {
      const isOver = await Promise.race([this.#listener.doubted(), stopped]);
      if (!isOver) return undefined;
      const endpoints = this.#ranking.asGoodAs(connected);
      const found = await this.#dial(endpoints, AbortSignal.any([signal, isOver]));
      if (found) return found;
    }
  }

  /** Looks for a node that is better than the connected one until `signal` aborts. */
  async #findBetter(connected: Endpoint, signal: AbortSignal): Promise<Dialed | undefined> {
    for (;;) {
      const better = this.#ranking.betterThan(connected);
      if (better.length === 0) return undefined;
      const found = await this.#dial(better, signal);
      if (!found || (await this.#isWorthMoving(found, connected, signal))) return found;
      found.connection.shutdown();
    }
  }

  /** Whether the node is better by its own word, too, and lasts: where there is no hurry we wait for that. */
  async #isWorthMoving(
    { endpoint, connection }: Dialed,
    connected: Endpoint,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (!this.#ranking.betterThan(connected).includes(endpoint)) return false;
    if (!connected.servesRegion) return true;
    const { settleMs } = this.#options.timings;
    await Promise.race([pause(settleMs, signal), connection.ended]);
    if (connection.isOver) endpoint.lost(0, monotonicMs());
    return !connection.isOver;
  }

  async #dial(endpoints: readonly Endpoint[], signal: AbortSignal): Promise<Dialed | undefined> {
    const { connect, region, timings } = this.#options;
    const dialed = await dial(endpoints, {
      staggerMs: timings.staggerMs,
      signal,
      connect,
      onFailure: (endpoint, error) => {
        this.#attemptFailed(endpoint, error);
      },
    });
    dialed?.endpoint.welcomed(dialed.connection.welcome.regions.includes(region));
    return dialed;
  }

  #attemptFailed(endpoint: Endpoint, error: RendezvousError): void {
    const { reconnectDelayMsMax, returnDelayMsMax } = this.#options.timings;
    const delayMsMax = this.#state === 'connected' ? returnDelayMsMax : reconnectDelayMsMax;
    endpoint.failed(error, monotonicMs(), delayMsMax);
    if (error.retryable) this.#tell('warn', 'node_unreachable', endpoint, error.message);
    else this.#tell('error', 'node_refused', endpoint, error.message);
    this.#considerRefusals();
  }

  /** Waiting helps only where the same attempt may succeed later; and a refusal explains more than silence. */
  #considerRefusals(): void {
    const { reason, isUnanimous } = this.#ranking.refusal();
    const isDue = isUnanimous ? this.#state !== 'connected' : this.#state === 'away';
    if (reason && isDue) this.#goAway(reason);
  }

  #goAway(reason: RendezvousError): void {
    this.#state = 'away';
    this.#listener.away(reason);
  }

  #tell(
    level: 'info' | 'warn' | 'error',
    event: string,
    { host: node }: Endpoint,
    message?: string,
  ): void {
    if (this.#signal.aborted) return;
    const { log, region } = this.#options;
    log({ level, event, node, region, message });
  }
}
