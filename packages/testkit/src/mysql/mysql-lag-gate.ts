/** The lag gate of a replica: the proxy through which it gets its primary's log, and its own SQL thread. */
import type { DelayProxy } from '../delay-proxy.js';
import type { LagGate } from '../lag-gate.js';
import type { DatastoreServer } from '../server-process.js';
import { runMysql } from './ask-mysql.js';
import type { MysqlDialect } from './mysql-dialect.js';

/** The gate of `replica`, which reaches its primary through `link`. */
export function createMysqlLagGate(
  dialect: MysqlDialect,
  replica: DatastoreServer,
  link: DelayProxy,
): LagGate {
  return {
    setDelay: (ms) => {
      link.setDelay(ms, 'toClient');
      return Promise.resolve();
    },
    // A replica that restarts begins to apply again: then the link holds what it has not got yet.
    pause: () => {
      link.pause('toClient');
      return runMysql(replica.port, [dialect.stopApplying]);
    },
    resume: () => {
      link.resume('toClient');
      return runMysql(replica.port, [dialect.startApplying]);
    },
    cut: () => {
      link.cut();
      return Promise.resolve();
    },
  };
}
