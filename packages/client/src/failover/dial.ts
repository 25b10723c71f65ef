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
import { monotonicMs } from '../clock.js';
import { onAbort } from '../on-abort.js';
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
export async function dial(
  endpoints: readonly Endpoint[],
  { staggerMs, connect, onFailure, signal }: DialOptions,
): Promise<Dialed | undefined> {
  const race = new AbortController();
  const over = race.signal;
  let winner: Dialed | undefined;

  const attempt = async (endpoint: Endpoint): Promise<void> => {
    try {
      const connection = await connect(endpoint.url, over);
      if (over.aborted) {
        connection.shutdown();
      } else {
        winner = { endpoint, connection };
        race.abort();
      }
    } catch (error) {
      if (!over.aborted) onFailure(endpoint, RendezvousError.from(error));
    }
  };
  const retry = async (endpoint: Endpoint): Promise<void> => {
    while (!over.aborted) {
      const pauseMs = endpoint.readyInMs(monotonicMs());
      await (pauseMs > 0 ? pause(pauseMs, over) : attempt(endpoint));
    }
  };

  const forget = onAbort(signal, () => {
    race.abort();
  });
  const runs: Promise<void>[] = [];
  for (const endpoint of endpoints) {
    if (over.aborted) break;
    const isReady = endpoint.readyInMs(monotonicMs()) === 0;
    const first = isReady ? attempt(endpoint) : Promise.resolve();
    runs.push(first.then(() => retry(endpoint)));
    if (isReady) await Promise.race([first, pause(staggerMs, over)]);
  }
  await Promise.all(runs);
  forget();
  return winner;
}
