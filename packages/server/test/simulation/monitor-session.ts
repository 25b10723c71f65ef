/** What a monitor's watches share: its connection to the node, and their part in it. */
import type { NodeMessage } from '@rendezvous/protocol';
import type { Environment } from './environment.js';
import type { Connection } from './network.js';

/** Of every watch, when it lost its replica or its node. */
export const RECONNECT_MS = 200;
export const STORE_ROUND_TRIP_MS = 10;
/** Between looks at a replica: while branches are open there, and when none is. */
export const POLL_BUSY_MS = 40;
export const POLL_IDLE_MS = 1_000;

/** The watch on one replica, over one connection to the node. */
export interface Watch {
  connect(): void;
  /** The node has answered something that the watch has asked. */
  receive(message: NodeMessage): void;
}

export interface MonitorSession {
  readonly env: Environment;
  readonly connection: Connection;
  /** An id for an operation whose answers go to the watch. */
  register(watch: Watch): number;
  /** False once the monitor died, or lost the connection. */
  isAlive(): boolean;
}
