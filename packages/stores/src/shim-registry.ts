const bareByWrapped = new WeakMap<object, object>();

/** Remembers what `wrapped` stands for. */
export function registerWrapped(wrapped: object, bare: object): void {
  bareByWrapped.set(wrapped, bare);
}

export function isWrapped(client: object): boolean {
  return bareByWrapped.has(client);
}

/**
 * The client (or pool) inside a wrapped one; anything else is returned as it is. What it runs goes past
 * Rendezvous: no branches, no waits.
 */
export function unwrap<T extends object>(client: T): T {
  return (bareByWrapped.get(client) as T | undefined) ?? client;
}
