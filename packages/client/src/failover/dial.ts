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
import { RendezvousError } from '@rendezvous/protocol';
import type { Connection } from '../session/index.js';
import type { Endpoint } from './endpoint.js';
import { pause } from '../pause.js';

export interface Dialed {
  readonly endpoint: Endpoint;
  readonly connection: Connection;
}

export interface DialOptions {
  readonly staggerMs: number;
  /** Rejects soon after its signal is aborted. */
  readonly connect: (url: string, signal: AbortSignal) => Promise<Connection>;
  /** Told of every failed attempt; has to set when the endpoint is tried again. */
  readonly onFailure: (endpoint: Endpoint, error: RendezvousError) => void;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/** Resolves with the first connection, or with undefined when it is given up. Never rejects. */
export function dial(
  endpoints: readonly Endpoint[],
  options: DialOptions,
): Promise<Dialed | undefined> {
  return new Race(options).run(endpoints);
}

class Race {
  readonly #options: DialOptions;
  readonly #over = new AbortController();
  #winner: Dialed | undefined;

  constructor(options: DialOptions) {
    this.#options = options;
  }

  async run(endpoints: readonly Endpoint[]): Promise<Dialed | undefined> {
    const { signal } = this.#options;
    const end = (): void => {
      this.#over.abort();
    };
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    await Promise.all(await this.#startAll(endpoints));
    signal.removeEventListener('abort', end);
    return this.#winner;
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Starts one after the other; what it resolves with ends with the race. */
  async #startAll(endpoints: readonly Endpoint[]): Promise<Promise<void>[]> {
    const runs: Promise<void>[] = [];
    for (const endpoint of endpoints) {
      if (this.#isOver) break;
      const isReady = endpoint.readyInMs(performance.now()) === 0;
      const first = isReady ? this.#attempt(endpoint) : Promise.resolve();
      runs.push(first.then(() => this.#retry(endpoint)));
      if (isReady) await Promise.race([first, this.#pause(this.#options.staggerMs)]);
    }
    return runs;
  }

  async #retry(endpoint: Endpoint): Promise<void> {
    while (!this.#isOver) {
      const pauseMs = endpoint.readyInMs(performance.now());
      await (pauseMs > 0 ? this.#pause(pauseMs) : this.#attempt(endpoint));
    }
  }

  async #attempt(endpoint: Endpoint): Promise<void> {
    try {
      const connection = await this.#options.connect(endpoint.url, this.#over.signal);
      if (this.#isOver) {
        connection.shutdown();
      } else {
        this.#winner = { endpoint, connection };
        this.#over.abort();
      }
    } catch (error) {
      if (!this.#isOver) this.#options.onFailure(endpoint, RendezvousError.from(error));
    }
  }

  #pause(delayMs: number): Promise<void> {
    return pause(delayMs, this.#over.signal);
  }
}
