import pg from 'pg';
import type { Application } from './application.js';
import type { FunctionSetup } from './process-contracts.js';

/** Connects a function to its datastore, and to Rendezvous if it is to use it. */
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
    unanswered: () => 0,
    releasedAtMs: () => undefined,
  };
}
