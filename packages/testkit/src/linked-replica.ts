import type { DelayProxy } from './delay-proxy.js';
import type { LagGate } from './lag-gate.js';
import type { DatastoreServer } from './server-process.js';

/** A replica that reaches its primary through a link that tests can slow, hold and cut. */
export interface LinkedReplica<Server extends DatastoreServer = DatastoreServer> {
  readonly replica: Server;
  readonly lag: LagGate;
  /** The replication link: the proxy between the replica and its primary. */
  readonly link: DelayProxy;
}
