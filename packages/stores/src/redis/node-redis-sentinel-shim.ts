import type { StoreHandle } from '@rendezvous/protocol';
import { createShim } from '../shim-proxy.js';
import type { NodeRedisLease, NodeRedisSentinel, Run } from './node-redis-driver.js';
import { toGeneratedMethods, toHookedCallers, toViewMethods } from './node-redis-methods.js';
import { createNodeShims } from './node-redis-shim.js';
import type { NodeShims } from './node-redis-shim.js';

/**
 * `sentinel` with its writes reported to `handle` and its reads waiting through it: all it does, it
 * does on a client of the primary or of a replica, through `_execute`.
 */
export function shimNodeRedisSentinel(
  sentinel: NodeRedisSentinel,
  handle: StoreHandle,
): NodeRedisSentinel {
  const nodes = createNodeShims(handle, false);
  const overrides = {
    acquire: async () => shimLease(await sentinel.acquire(), nodes),
    use: (run: (lease: NodeRedisLease) => unknown) =>
      sentinel.use((lease) => run(shimLease(lease, nodes))),
    duplicate: (...parameters: readonly unknown[]) =>
      shimNodeRedisSentinel(sentinel.duplicate(...parameters), handle),
  };
  return shimLease(sentinel, nodes, overrides);
}

function shimLease<T extends NodeRedisLease>(lease: T, nodes: NodeShims, others: object = {}): T {
  const execute = (isReadonly: boolean | undefined, run: Run): Promise<unknown> =>
    lease._execute(isReadonly, (node) => run(nodes.toShim(node)));
  const callers = toHookedCallers(lease, {
    _execute: { value: execute },
    // It reads a private field, which hooked callers have not.
    commandOptions: { get: () => lease.commandOptions },
  });
  const overrides = {
    ...toGeneratedMethods(lease, callers),
    ...toViewMethods(lease, (view) => shimLease(view, nodes, others)),
    _execute: execute,
    ...others,
  };
  return createShim(lease, overrides, () => true);
}
