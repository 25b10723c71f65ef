import type { ReplicaTarget } from '@rendezvous/protocol';

/** The replica of a test's store at this endpoint. */
export function toTarget(endpoint: string): ReplicaTarget {
  return { endpoint, namespace: 'default', store: 'posts' };
}
