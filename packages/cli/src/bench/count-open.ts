import type { Connection } from '@rendezvous/client/session';

/** The open branches that the node knows, of every store and region. */
export async function countOpen(connection: Connection): Promise<number> {
  const status = await connection.request({ kind: 'status' });
  if (status.kind !== 'statusAnswer') throw new Error(`status was answered with ${status.kind}`);
  return status.regions.reduce((sum, { branchesOpen }) => sum + branchesOpen, 0);
}
