import { createShim } from '../shim-proxy.js';
import type { MysqlConnection, MysqlPromiseConnection } from './driver.js';

/**
 * `client` of the promise API over `core`, the wrapped connection of the callback API inside it: it
 * has no logic of its own that the shim would have to know.
 */
export function shimPromiseConnection<T extends MysqlPromiseConnection>(
  client: T,
  core: MysqlConnection,
): T {
  return createShim(client, { connection: core }, () => true);
}
