import { RendezvousError } from '@rendezvous/protocol';
import type { ClusterNode } from './cluster-nodes.js';

/** A shard of a cluster, and the servers of it that a monitor watches. */
export interface ShardLayout {
  /** `host:port`. */
  readonly primary: string;
  readonly watched: readonly WatchedPlace[];
}

export interface WatchedPlace {
  /** `host:port`. */
  readonly address: string;
  readonly role: 'primary' | 'replica';
}

export interface ClusterLayout {
  readonly shards: readonly ShardLayout[];
  /**
   * Equal for two layouts if and only if the same servers are watched for the same primaries with the
   * same slots: else what was learned under one means nothing under the other.
   */
  readonly fingerprint: string;
}

/**
 * What there is to watch: of each shard with slots those of `listed`, or where that is empty all its
 * replicas. A shard without any is read at its primary, which is watched then. Throws `store_failed`
 * where the list does not fit: a watermark must not get silent on a shard.
 */
export function toClusterLayout(
  nodes: readonly ClusterNode[],
  listed: readonly string[],
): ClusterLayout {
  assertKnown(nodes, listed);
  const primaries = nodes.filter(({ primaryId, slots }) => !primaryId && slots.length > 0);
  if (primaries.length === 0) throw unfit('no server of the cluster has slots');
  const shards = primaries
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((primary) => {
      const replicas = nodes.filter(({ primaryId }) => primaryId === primary.id);
      return { primary, watched: chooseWatched(primary, replicas, listed) };
    });
  return {
    shards: shards.map(({ primary, watched }) => ({
      primary: primary.address,
      watched: watched.map(({ address, primaryId }) => ({
        address,
        role: primaryId === undefined ? 'primary' : 'replica',
      })),
    })),
    fingerprint: JSON.stringify(
      shards.map(({ primary: { id, slots }, watched }) => [
        ...[id, slots.join()],
        ...watched.map((node) => `${node.id} ${node.address}`).sort(),
      ]),
    ),
  };
}

function chooseWatched(
  primary: ClusterNode,
  replicas: readonly ClusterNode[],
  listed: readonly string[],
): readonly ClusterNode[] {
  if (listed.length === 0) return replicas.length > 0 ? replicas : [primary];
  const watched = [primary, ...replicas].filter(({ address }) => listed.includes(address));
  if (watched.length > 0) return watched;
  throw unfit(`the endpoint lists no server of the shard of ${primary.address}`);
}

function assertKnown(nodes: readonly ClusterNode[], listed: readonly string[]): void {
  for (const address of listed) {
    if (nodes.some((node) => node.address === address)) continue;
    throw unfit(`the endpoint lists ${address}, which the cluster does not know`);
  }
}

function unfit(reason: string): RendezvousError {
  return new RendezvousError('store_failed', `the Redis Cluster cannot be watched: ${reason}`);
}
