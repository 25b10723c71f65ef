import type { StoreHandle } from '@rendezvous/protocol';
import { createShim } from '../shim-proxy.js';
import type {
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisSlots,
  Run,
} from './node-redis-driver.js';
import { toGeneratedMethods, toHookedCallers, toViewMethods } from './node-redis-methods.js';
import { createNodeShims } from './node-redis-shim.js';
import type { NodeShims } from './node-redis-shim.js';

/**
 * `cluster` with its writes reported to `handle` and its reads waiting through it.
 *
 * The driver finds the server for each command, in parts where its keys are on several, and runs it
 * on that server's own client through `_execute`, redirections included. Here it runs on wrapped
 * ones: what happens to a command is decided where it is served, by the role, the position and the
 * order of that connection.
 */
export function shimNodeRedisCluster(
  cluster: NodeRedisCluster,
  handle: StoreHandle,
): NodeRedisCluster {
  return shimView(cluster, createNodeShims(handle, true), handle);
}

function shimView(
  cluster: NodeRedisCluster,
  nodes: NodeShims,
  handle: StoreHandle,
): NodeRedisCluster {
  const execute = createExecute(cluster, nodes);
  const callers = toHookedCallers(cluster, { _execute: { value: execute } });
  // A pipeline asks for its client itself.
  const multiCallers = toHookedCallers(cluster, {
    _execute: { value: execute },
    _slots: { value: viewSlots(cluster._slots, nodes) },
  });
  const multi = (routing?: unknown): unknown =>
    Reflect.apply(cluster.MULTI, multiCallers.caller, [routing]);
  const overrides = {
    ...toGeneratedMethods(cluster, callers),
    ...toViewMethods(cluster, (view) => shimView(view, nodes, handle)),
    sendCommand: (...parameters: readonly unknown[]) =>
      Reflect.apply(cluster.sendCommand, callers.caller, parameters),
    MULTI: multi,
    multi,
    nodeClient: (node: unknown) => {
      const client = cluster.nodeClient(node);
      return client instanceof Promise
        ? client.then((connected) => nodes.toShim(connected))
        : nodes.toShim(client);
    },
    getNodeClientForKey: async (...parameters: readonly unknown[]) =>
      nodes.toShim(await cluster.getNodeClientForKey(...parameters)),
    duplicate: (...parameters: readonly unknown[]) =>
      shimNodeRedisCluster(cluster.duplicate(...parameters), handle),
  };
  return createShim(cluster, overrides, () => true);
}

/** `_execute`, which sends a command on to where it is redirected, on wrapped clients. */
function createExecute(cluster: NodeRedisCluster, nodes: NodeShims) {
  return (
    parser: unknown,
    isReadonly: unknown,
    options: unknown,
    run: Run<Promise<unknown>>,
    ...rest: readonly unknown[]
  ): Promise<unknown> => {
    const runOnShim: Run = (node, given) => run(nodes.toShim(node), given);
    const ask: Run = (node, given) => {
      const chainId = Symbol('asking chain');
      const shim = nodes.toShimOfView(node, toAskingView(node, chainId));
      return run(shim, { ...given, chainId, askRedirect: true });
    };
    const self: object = Object.create(cluster._self, {
      _handleAsk: { value: () => ask },
    }) as object;
    const parameters = [parser, isReadonly, options, runOnShim, ...rest];
    return Reflect.apply(cluster._self._execute, self, parameters);
  };
}

/** `ASKING` is about the very next command: both are sent at once, in one chain. */
function toAskingView(node: NodeRedisClient, chainId: symbol): NodeRedisClient {
  const ask = async <T>(send: () => Promise<T>): Promise<T> => {
    const [, reply] = await Promise.all([node.sendCommand(['ASKING'], { chainId }), send()]);
    return reply;
  };
  const sending: Pick<NodeRedisClient, 'sendCommand' | '_executeMulti'> = {
    sendCommand: (parameters, options) => ask(() => node.sendCommand(parameters, options)),
    _executeMulti: (commands, ...rest) => ask(() => node._executeMulti(commands, ...rest)),
  };
  return Object.assign(Object.create(node) as NodeRedisClient, sending);
}

function viewSlots(slots: NodeRedisSlots, nodes: NodeShims): NodeRedisSlots {
  return {
    getClientAndSlotNumber: async (...parameters) => {
      const found = await slots.getClientAndSlotNumber(...parameters);
      return { ...found, client: nodes.toShim(found.client) };
    },
  };
}
