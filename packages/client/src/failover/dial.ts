/**
 * Connects to the first of several nodes that answers.
 *
 * ```
 *   1st node ●───────── silent ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ╳ given up: the 2nd has won
 *            ├ stagger ┤
 *   2nd node           ●── refused ─┄ back-off ┄─●── welcomed
 *   3rd node                        ●── down ─┄ back-off ┄─ ╳
 * ```
 *
 * The nodes are tried in order, each once the one before has failed or has been silent for the
 * stagger, so that a node which swallows packets costs the stagger and not a timeout. Each is tried
 * again after a back-off of its own until one has welcomed us.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { RendezvousError } from '@rendezvous/protocol';
import type { Connection } from '../session/index.js';
import type { Endpoint } from './endpoint.js';

export interface Dialed {
  readonly endpoint: Endpoint;
  readonly connection: Connection;
}

export interface DialOptions {
  readonly staggerMs: number;
  /** Rejects soon after its signal is aborted. */
  readonly connect: (endpoint: Endpoint, signal: AbortSignal) => Promise<Connection>;
  /** Told of every failed attempt; has to set when the endpoint is tried again. */
  readonly onFailure: (endpoint: Endpoint, error: RendezvousError) => void;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/** Resolves with the first connection, or with undefined when it is given up. Never rejects. */
export async function dial(
  endpoints: readonly Endpoint[],
  options: DialOptions,
): Promise<Dialed | undefined> {
  const race = new Race(options);
  const runs: Promise<void>[] = [];
  for (const endpoint of endpoints) {
    if (race.isOver) break;
    const isReady = endpoint.readyInMs(performance.now()) === 0;
    const first = isReady ? race.attempt(endpoint) : Promise.resolve();
    runs.push(first.then(() => race.retry(endpoint)));
    if (isReady) await Promise.race([first, race.pause(options.staggerMs)]);
  }
  await Promise.all(runs);
  race.end();
  return race.winner;
}

class Race {
  winner: Dialed | undefined;
  readonly #options: DialOptions;
  readonly #over = new AbortController();

  constructor(options: DialOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', this.end);
    if (options.signal.aborted) this.end();
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  readonly end = (): void => {
    this.#options.signal.removeEventListener('abort', this.end);
    this.#over.abort();
  };

  async attempt(endpoint: Endpoint): Promise<void> {
    try {
      const connection = await this.#options.connect(endpoint, this.#over.signal);
      if (this.isOver) {
        connection.shutdown();
      } else {
        this.winner = { endpoint, connection };
        this.end();
      }
    } catch (error) {
      if (!this.isOver) this.#options.onFailure(endpoint, RendezvousError.from(error));
    }
  }

  async retry(endpoint: Endpoint): Promise<void> {
    while (!this.isOver) {
      const pauseMs = endpoint.readyInMs(performance.now());
      await (pauseMs > 0 ? this.pause(pauseMs) : this.attempt(endpoint));
    }
  }

  /** Resolves after `delayMs`, or when the race is over. Does not keep the process alive. */
  async pause(delayMs: number): Promise<void> {
    const options = { ref: false, signal: this.#over.signal };
    await delay(delayMs, undefined, options).catch(() => undefined);
  }
}
