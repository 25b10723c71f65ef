import type { StoreHandle } from '@rendezvous/protocol';
import { RendezvousError } from '@rendezvous/protocol';
import { shimClient } from './client-shim.js';
import type { PgClient, PgPool } from './driver.js';
import { shimPool } from './pool-shim.js';
import { isWrapped } from '../shim-registry.js';

/** A `Client` or `Pool` of node-postgres, as far as its type matters here. */
export interface PgClientOrPool {
  query(...parameters: never[]): unknown;
  connect(...parameters: never[]): unknown;
}

/**
 * Wraps a node-postgres `Client` or `Pool`: its writes open branches of the handle's store, its
 * reads on a replica wait until the writes that they depend on are visible there. The result is a
 * `T` with the same methods, results, errors and events; clients that a wrapped pool lends are
 * wrapped too.
 *
 * When Rendezvous is unreachable, a write still returns its own result within the store's
 * `openTimeoutMs`, and a read follows the store's `onUnavailable` policy.
 *
 * A server says itself whether it is a primary (reads never wait there) or a replica. Throws
 * `config_invalid` for anything else than a client or pool of node-postgres 8.11 or later without
 * the native binding, and for one that is wrapped already.
 *
 * @example
 * const pool = wrapPg(new pg.Pool({ host }), rv.store('posts'));
 * await pool.query('INSERT INTO posts (id, text) VALUES ($1, $2)', [id, text]);
 */
export function wrapPg<T extends PgClientOrPool>(client: T, handle: StoreHandle): T {
  if (isWrapped(client)) throw invalid('it is wrapped already: wrap the one inside (unwrap)');
  if (isPool(client)) return shimPool(client, handle) as PgClientOrPool as T;
  if (isClient(client)) return shimClient(client, handle) as PgClientOrPool as T;
  throw invalid('it is neither a Client nor a Pool of node-postgres (pg.native is not supported)');
}

function isPool(client: PgClientOrPool): client is PgClientOrPool & PgPool {
  return 'totalCount' in client && typeof client.totalCount === 'number';
}

function isClient(client: PgClientOrPool): client is PgClientOrPool & PgClient {
  const { connection } = client as Partial<PgClient>;
  return typeof connection?.prependListener === 'function';
}

function invalid(reason: string): RendezvousError {
  return new RendezvousError('config_invalid', `wrapPg cannot wrap this client: ${reason}`);
}
