import type { StoreHandle } from '@rendezvous/protocol';

/** The replicas that clients of one handle have met. */
const seen = new WeakMap<StoreHandle, Set<string>>();

/** Remembers a server by what tells it from every other; one that says nothing is no news. */
export function noteServer(handle: StoreHandle, server: string | undefined): void {
  if (server === undefined) return;
  const servers = seen.get(handle) ?? new Set();
  seen.set(handle, servers);
  // Two are as good as more.
  if (servers.size < 2) servers.add(server);
}

/** More than one server answers where the handle's clients read. */
export function isBalanced(handle: StoreHandle): boolean {
  return (seen.get(handle)?.size ?? 0) > 1;
}
