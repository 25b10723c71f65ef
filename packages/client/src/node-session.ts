/**
 * The process's one session with a node, kept up: it connects when first needed, connects anew when
 * the connection is lost, and sends again what was in progress.
 *
 * ```
 *   idle ── first operation ──▶ connecting ◀── lost ──▶ connected
 *                                   │ away for AWAY_MS, or every node refuses us
 *                                   ▼
 *                                 away (still connecting, with back-off)
 * ```
 *
 * While connecting, operations wait for the connection. Once away they fail at once, except patient
 * ones: a node that is down must not cost every read its whole deadline. Everything sent through
 * `perform` must be idempotent.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { RendezvousError } from '@rendezvous/protocol';
import type { ClientBody, Mode, NodeBody } from '@rendezvous/protocol';
import type { Log } from './log.js';
import { createBackoff } from './session/index.js';
import type { Connection } from './session/index.js';

/** A reconnect or a node's restart may take so long before operations fail at once. */
const AWAY_MS = 2_000;
/** So long may a node be back before we find it; an attempt costs it little. */
const RECONNECT_DELAY_MS_MAX = 1_000;
/** A connection that lasted so long was a success; the back-off starts over. */
const STABLE_MS = 5_000;

export interface NodeSessionOptions {
  /** In the order of preference. */
  readonly endpoints: readonly string[];
  readonly connect: (endpoint: string, signal: AbortSignal) => Promise<Connection>;
  readonly onConnect: () => void;
  readonly log: Log;
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

interface Waiter {
  readonly patient: boolean;
  readonly resolve: (connection: Connection) => void;
  readonly reject: (reason: RendezvousError) => void;
}

export class NodeSession {
  readonly #options: NodeSessionOptions;
  readonly #backoff = createBackoff({ delayMsMax: RECONNECT_DELAY_MS_MAX });
  readonly #stop = new AbortController();
  readonly #waiters = new Set<Waiter>();
  #started = false;
  #connection: Connection | undefined;
  #away: RendezvousError | undefined;
  #modeCeiling: Mode = 'enforce';

  constructor(options: NodeSessionOptions) {
    this.#options = options;
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
    toBody: (remainingMs: number) => ClientBody,
    options: PerformOptions,
  ): Promise<NodeBody> {
    const deadlineMs = performance.now() + options.timeoutMs;
    const remainingMs = (): number => Math.max(0, deadlineMs - performance.now());
    for (;;) {
      const connection = this.#connection ?? (await this.#connected(remainingMs(), options));
      const { signal, background = false } = options;
      const timeoutMs = remainingMs();
      try {
        return await connection.request(toBody(timeoutMs), { timeoutMs, background, signal });
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
    this.#refuse(createShutDownError(), true);
  }

  #connected(timeoutMs: number, options: PerformOptions): Promise<Connection> {
    const { patient = false, background = false, signal } = options;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        patient,
        resolve: (connection) => {
          settle();
          resolve(connection);
        },
        reject: (reason) => {
          settle();
          reject(reason);
        },
      };
      const onAbort = (): void => {
        waiter.reject(new RendezvousError('cancelled', 'Aborted by its signal.'));
      };
      const timer = setTimeout(() => {
        waiter.reject(new RendezvousError('unavailable', `No node reached in ${timeoutMs} ms.`));
      }, timeoutMs);
      if (background) timer.unref();
      signal?.addEventListener('abort', onAbort);
      this.#waiters.add(waiter);
      if (signal?.aborted) onAbort();
      else if (this.#stop.signal.aborted) waiter.reject(createShutDownError());
      else if (this.#away && !patient) waiter.reject(this.#away);
      else this.#start();
    });
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#keepConnected().catch((error: unknown) => {
      this.#refuse(RendezvousError.from(error), true);
    });
  }

  async #keepConnected(): Promise<void> {
    for (;;) {
      const connection = await this.#connectInTime();
      if (!connection) return;
      const connectedMs = performance.now();
      this.#accept(connection);
      const reason = await connection.ended;
      this.#connection = undefined;
      if (this.#stop.signal.aborted) return;
      this.#options.log({ level: 'warn', event: 'session_lost', message: reason.message });
      if (performance.now() - connectedMs >= STABLE_MS) this.#backoff.reset();
      else await this.#pause();
    }
  }

  /** Connects, however long it takes; we are away when it takes too long. */
  async #connectInTime(): Promise<Connection | undefined> {
    const timer = setTimeout(() => {
      this.#refuse(new RendezvousError('unavailable', `No node reached for ${AWAY_MS} ms.`));
    }, AWAY_MS);
    timer.unref();
    try {
      for (;;) {
        const connection = await this.#connectToFirst();
        if (connection) return connection;
        await this.#pause();
        if (this.#stop.signal.aborted) return undefined;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Backs off; at most until the session is shut down. */
  async #pause(): Promise<void> {
    const options = { ref: false, signal: this.#stop.signal };
    await delay(this.#backoff.nextDelayMs(), undefined, options).catch(() => undefined);
  }

  /** Tries the endpoints in order, once. */
  async #connectToFirst(): Promise<Connection | undefined> {
    const errors: RendezvousError[] = [];
    for (const endpoint of this.#options.endpoints) {
      try {
        return await this.#options.connect(endpoint, this.#stop.signal);
      } catch (error) {
        errors.push(RendezvousError.from(error));
      }
    }
    // Waiting helps only where the same attempt may succeed later.
    const [first = createNoNodeError()] = errors;
    if (errors.every((error) => !error.retryable)) this.#refuse(first);
    this.#options.log({ level: 'warn', event: 'node_unreachable', message: first.message });
    return undefined;
  }

  #accept(connection: Connection): void {
    if (this.#stop.signal.aborted) {
      connection.shutdown();
      return;
    }
    this.#connection = connection;
    this.#modeCeiling = connection.welcome.modeCeiling;
    this.#away = undefined;
    this.#options.onConnect();
    for (const waiter of [...this.#waiters]) waiter.resolve(connection);
  }

  #refuse(reason: RendezvousError, alsoPatient = false): void {
    this.#away = reason;
    for (const waiter of [...this.#waiters]) {
      if (alsoPatient || !waiter.patient) waiter.reject(reason);
    }
  }
}

function createShutDownError(): RendezvousError {
  return new RendezvousError('shut_down', 'This Rendezvous client was shut down.');
}

function createNoNodeError(): RendezvousError {
  return new RendezvousError(
    'config_invalid',
    'No node is configured: set the option "nodes" or RENDEZVOUS_NODES.',
  );
}
