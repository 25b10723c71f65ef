import { RendezvousError } from '@rendezvous/protocol';
import type { MonitorConnection } from './monitor-connection.js';
import { parseReplicationInfo } from './replication-info.js';
import type { ReplicationInfo } from './replication-info.js';

/** Asks a server for its replication. Rejects with `store_failed`. */
export async function readReplication(connection: MonitorConnection): Promise<ReplicationInfo> {
  const reply = await connection.request('INFO', 'replication');
  const info = typeof reply === 'string' ? parseReplicationInfo(reply) : undefined;
  if (info !== undefined) return info;
  throw new RendezvousError(
    'store_failed',
    "the server's answer has no replication offset: is it Redis 5 or later?",
  );
}
