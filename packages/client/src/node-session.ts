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
import type { Mode, NodeBody, SdkClientBody } from '@rendezvous/protocol';
import { ConnectionWaiters } from './failover/connection-waiters.js';
import { keepConnected } from './failover/keep-connected.js';
import type { KeepConnectedOptions } from './failover/keep-connected.js';
import { SilenceProbe } from './failover/silence-probe.js';
import { createAborted } from './session/deferred.js';
import type { Connection } from './session/index.js';

export interface NodeSessionOptions extends KeepConnectedOptions {
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

export class NodeSession {
  readonly #options: NodeSessionOptions;
  readonly #stop = new AbortController();
  readonly #waiters = new ConnectionWaiters();
  readonly #probe: SilenceProbe;
  #started = false;
  #connection: Connection | undefined;
  #away: RendezvousError | undefined;
  #modeCeiling: Mode = 'enforce';

  constructor(options: NodeSessionOptions) {
    this.#options = options;
    this.#probe = new SilenceProbe(options.timings);
  }

  /** The operator's remote switch as last heard; `enforce` before the first connection. */
  get modeCeiling(): Mode {
    return this.#modeCeiling;
  }

  /** No node has been reachable for a while. */
  get isAway(): boolean {
    return this.#away !== undefined;
  }

  /**
   * Sends an operation, in this turn if connected, and again after each reconnect until it is
   * answered. `toBody` is called at each sending, with the time that is left.
   */
  async perform(
    toBody: (remainingMs: number) => SdkClientBody,
    options: PerformOptions,
  ): Promise<NodeBody> {
    const deadlineMs = performance.now() + options.timeoutMs;
    const remainingMs = (): number => Math.max(0, deadlineMs - performance.now());
    for (;;) {
      const connection = this.#connection ?? (await this.#connected(remainingMs(), options));
      const { signal, background = false } = options;
      const timeoutMs = remainingMs();
      this.#probe.sending(connection);
      try {
        const answer = await connection.request(toBody(timeoutMs), {
          timeoutMs,
          background,
          signal,
        });
        if (this.#connection === connection) this.#probe.heard();
        return answer;
      } catch (error) {
        if (!connection.isOver || this.#stop.signal.aborted) throw error;
        if (this.#connection === connection) this.#connection = undefined;
      }
    }
  }

  /** Ends the session; operations in progress and later ones reject with `shut_down`. Idempotent. */
  shutdown(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#connection?.shutdown();
    this.#end(new RendezvousError('shut_down', 'This Rendezvous client was shut down.'));
  }

  async #connected(timeoutMs: number, options: PerformOptions): Promise<Connection> {
    const { patient = false, background = false, signal } = options;
    if (signal?.aborted) throw createAborted();
    if (this.#away && (!patient || this.#stop.signal.aborted)) throw this.#away;
    this.#start();
    return this.#waiters.wait({ timeoutMs, patient, background, signal });
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    const listener = {
      connected: (connection: Connection): void => {
        this.#accept(connection);
      },
      lost: (connection: Connection): void => {
        if (this.#connection === connection) this.#connection = undefined;
      },
      doubted: (): Promise<AbortSignal> => this.#probe.doubted(),
      away: (reason: RendezvousError): void => {
        this.#away = reason;
        this.#waiters.reject(reason);
      },
    };
    keepConnected(this.#options, listener, this.#stop.signal).catch((error: unknown) => {
      this.#end(RendezvousError.from(error));
    });
  }

  #accept(connection: Connection): void {
    const previous = this.#connection;
    this.#connection = connection;
    this.#probe.heard();
    this.#modeCeiling = connection.welcome.modeCeiling;
    this.#away = undefined;
    this.#options.onConnect();
    this.#waiters.resolveAll(connection);
    // What is in progress there is sent again, here.
    previous?.shutdown();
  }

  #end(reason: RendezvousError): void {
    this.#away = reason;
    this.#waiters.reject(reason, true);
  }
}
