import type { StoreHandle } from '@rendezvous/protocol';
import { RendezvousError } from '@rendezvous/protocol';
import { isWrapped } from '../shim-registry.js';
import { shimConnection } from './connection-shim.js';
import type {
  MysqlConnection,
  MysqlPool,
  MysqlPoolCluster,
  MysqlPromiseCluster,
  MysqlPromiseConnection,
  MysqlPromisePool,
} from './driver.js';
import { shimPool, shimPoolCluster, shimPromiseCluster, shimPromisePool } from './pool-shim.js';
import { shimPromiseConnection } from './promise-shim.js';

/**
 * Wraps a connection, pool or pool cluster of mysql2, of its callback or its promise API, for MySQL
 * and MariaDB: its writes open branches of the handle's store, its reads on a replica wait until the
 * writes that they depend on are visible there. The result is a `T` with the same methods,
 * results, errors and events; connections that a wrapped pool lends are wrapped too.
 *
 * When Rendezvous is unreachable, a write still returns its own result within the store's
 * `openTimeoutMs`, and a read follows the store's `onUnavailable` policy.
 *
 * A server that is `read_only` is a replica; on any other reads never wait. Throws `config_invalid`
 * for anything else than a client of mysql2 3.11 or later, and for one that is wrapped already.
 *
 * @example
 * const pool = wrapMysql2(mysql.createPool({ host }), rv.store('posts'));
 * await pool.query('INSERT INTO posts (id, text) VALUES (?, ?)', [id, text]);
 */
export function wrapMysql2<T extends object>(client: T, handle: StoreHandle): T {
  if (isWrapped(client)) throw invalid('it is wrapped already: wrap the one inside (unwrap)');
  const wrapped = wrap(client, handle);
  if (wrapped === undefined) {
    throw invalid('it is no connection, pool or pool cluster of mysql2');
  }
  return wrapped as T;
}

function wrap(client: object, handle: StoreHandle): object | undefined {
  const { connection, pool, poolCluster } = client as Partial<
    MysqlPromiseConnection & MysqlPromisePool & MysqlPromiseCluster
  >;
  if (connection !== undefined && isConnection(connection)) {
    const core = shimConnection(connection, handle);
    return shimPromiseConnection(client as MysqlPromiseConnection, core);
  }
  if (pool !== undefined && isPool(pool)) {
    return shimPromisePool(client as MysqlPromisePool, shimPool(pool, handle));
  }
  if (poolCluster !== undefined && isCluster(poolCluster)) {
    const core = shimPoolCluster(poolCluster, handle);
    return shimPromiseCluster(client as MysqlPromiseCluster, core);
  }
  // Those of the promise API look like these, but for what they have inside.
  if (isConnection(client)) return shimConnection(client, handle);
  if (isPool(client)) return shimPool(client, handle);
  if (isCluster(client)) return shimPoolCluster(client, handle);
  return undefined;
}

function isConnection(client: object): client is MysqlConnection {
  const { addCommand, stream } = client as Partial<MysqlConnection>;
  return typeof addCommand === 'function' && typeof stream === 'object';
}

function isPool(client: object): client is MysqlPool {
  const { getConnection, config } = client as Partial<MysqlPool>;
  return typeof getConnection === 'function' && typeof config?.connectionLimit === 'number';
}

function isCluster(client: object): client is MysqlPoolCluster {
  const { of, add, getConnection } = client as Partial<MysqlPoolCluster>;
  return [of, add, getConnection].every((method) => typeof method === 'function');
}

function invalid(reason: string): RendezvousError {
  return new RendezvousError('config_invalid', `wrapMysql2 cannot wrap this client: ${reason}`);
}
