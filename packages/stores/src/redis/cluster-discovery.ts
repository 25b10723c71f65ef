import { RendezvousError } from '@rendezvous/protocol';
import type { ClusterEndpoint } from './cluster-endpoint.js';
import { toClusterLayout } from './cluster-layout.js';
import type { ClusterLayout } from './cluster-layout.js';
import { parseClusterNodes } from './cluster-nodes.js';
import type { MonitorConnection } from './monitor-connection.js';

/** Connects to a server by its URL. */
export type ConnectServer = (url: string) => Promise<MonitorConnection>;

/** The layout as the first seed that answers sees it. Rejects with what the last one failed with. */
export async function discoverLayout(
  endpoint: ClusterEndpoint,
  connect: ConnectServer,
): Promise<ClusterLayout> {
  let failure: unknown;
  for (const seed of endpoint.seeds) {
    try {
      const connection = await connect(endpoint.toServerUrl(seed));
      try {
        return await askLayout(connection, seed, endpoint);
      } finally {
        await connection.shutdown();
      }
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** The layout as the server at `address` sees it. Rejects with `store_failed`. */
export async function askLayout(
  connection: MonitorConnection,
  address: string,
  { replicas }: ClusterEndpoint,
): Promise<ClusterLayout> {
  const reply = await connection.request('CLUSTER', 'NODES');
  const ownHost = address.slice(0, address.lastIndexOf(':'));
  const nodes = typeof reply === 'string' ? parseClusterNodes(reply, ownHost) : undefined;
  if (nodes !== undefined) return toClusterLayout(nodes, replicas);
  throw new RendezvousError('store_failed', `Redis at ${address} does not tell its cluster`);
}
