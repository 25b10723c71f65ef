/** The surroundings of both functions' code, which is the same with Rendezvous and without it. */
import pg from 'pg';
import type { FunctionSetup } from './process-contracts.js';

export interface Application {
  readonly pool: pg.Pool;
  /** Handles one request, about one post. `attributes` came with the notification that caused it. */
  handle<T>(attributes: Attributes, post: string, handler: () => Promise<T>): Promise<T>;
  /** What a notification sent from within `handle` must carry. */
  attributes(): Attributes;
  /** How waits ended so far. */
  counters(): { readonly prevented: number; readonly unanswered: number };
  /** When a blocked wait for the post was answered; undefined: none was. */
  releasedAtMs(post: string): number | undefined;
}

export type Attributes = Readonly<Record<string, string>>;

export async function createApplication(setup: FunctionSetup): Promise<Application> {
  const pool = new pg.Pool({ connectionString: setup.databaseUrl, max: setup.concurrency });
  // Connections are made before the measurement, not in it.
  await Promise.all(Array.from({ length: setup.concurrency }, () => pool.query('select 1')));
  if (setup.rendezvous === null) return createPlain(pool);
  // Loaded only here, so that the phase without it is without it.
  const { createConsistent } = await import('./consistent-application.js');
  return createConsistent(pool, setup.rendezvous);
}

function createPlain(pool: pg.Pool): Application {
  return {
    pool,
    handle: (_attributes, _post, handler) => handler(),
    attributes: () => ({}),
    counters: () => ({ prevented: 0, unanswered: 0 }),
    releasedAtMs: () => undefined,
  };
}
