import { AsyncResource } from 'node:async_hooks';
import type { StoreHandle } from '@rendezvous/protocol';
import { createShim } from '../shim-proxy.js';
import type {
  HeldCommand,
  IoredisClient,
  IoredisCluster,
  IoredisClusterPool,
  IoredisCommand,
  IoredisStream,
} from './ioredis-driver.js';
import { isCommandMethod, shimIoredis } from './ioredis-shim.js';
import type { InCluster } from './ioredis-shim.js';

/**
 * `cluster` with its writes reported to `handle` and its reads waiting through it.
 *
 * The driver finds the server for each command and sends it there on that server's own client,
 * redirections included. Here it finds wrapped ones: what happens to a command is decided where it
 * is served, by the role, the position and the order of that connection. The driver may send it from
 * a queue or a timer that it shares among commands: what tells a command's request is kept with it.
 */
export function shimIoredisCluster(cluster: IoredisCluster, handle: StoreHandle): IoredisCluster {
  const contexts = new WeakMap<IoredisCommand, AsyncResource>();
  const inCluster: InCluster = {
    runInContextOf: (command, run) => {
      const context = contexts.get(command);
      return context === undefined ? run() : context.runInAsyncScope(run);
    },
  };
  const shims = new WeakMap<object, IoredisClient>();
  const toShim = (node: IoredisClient): IoredisClient => {
    const shim = shims.get(node) ?? shimIoredis(node, handle, inCluster);
    shims.set(node, shim);
    return shim;
  };
  const connectionPool = viewPool(cluster.connectionPool, toShim);
  const send = ({ command, stream, node }: HeldCommand): unknown =>
    Reflect.apply(cluster.sendCommand, shim, [command, stream, node]);
  const offlineQueue = createOfflineQueue(cluster, send);
  const commandNames = new Set(cluster.getBuiltinCommands());
  const overrides = {
    connectionPool,
    offlineQueue,
    sendCommand: (command: IoredisCommand, stream?: IoredisStream, node?: object) => {
      if (!contexts.has(command)) contexts.set(command, new AsyncResource('RendezvousCommand'));
      offlineQueue.sendIfReady();
      return send({ command, ...(stream && { stream }), ...(node && { node }) });
    },
    nodes: (role?: string) => connectionPool.getNodes(role),
    duplicate: (...parameters: readonly unknown[]) =>
      shimIoredisCluster(cluster.duplicate(...parameters) as IoredisCluster, handle),
  };
  const shim = createShim(cluster, overrides, (name) => isCommandMethod(name, commandNames));
  return shim;
}

type ToShim = (node: IoredisClient) => IoredisClient;

/** The driver's pool, which gives wrapped clients. */
function viewPool(pool: IoredisClusterPool, toShim: ToShim): IoredisClusterPool {
  const toView = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(toView);
    return isClient(value) ? toShim(value) : value;
  };
  const viewNodes = (nodes: object): object =>
    new Proxy(nodes, { get: (target, key) => toView(Reflect.get(target, key)) });
  return new Proxy(pool, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name === 'nodes') {
        const { all, master, slave } = target.nodes;
        return { all: viewNodes(all), master: viewNodes(master), slave: viewNodes(slave) };
      }
      if (typeof value !== 'function') return value;
      return (...parameters: readonly unknown[]) =>
        toView(Reflect.apply(value, target, parameters));
    },
  });
}

function isClient(value: unknown): value is IoredisClient {
  return typeof value === 'object' && value !== null && 'sendCommand' in value;
}

/** What the shim uses in the place of the driver's queue, which the driver sends past the shim. */
interface OfflineQueue {
  push(held: HeldCommand): void;
  /** Before a later command is sent, so that the order is kept. */
  sendIfReady(): void;
}

function createOfflineQueue(
  cluster: IoredisCluster,
  send: (held: HeldCommand) => unknown,
): OfflineQueue {
  let queue: HeldCommand[] = [];
  const take = (): readonly HeldCommand[] => {
    const taken = queue;
    queue = [];
    cluster.removeListener('ready', sendAll);
    cluster.removeListener('end', rejectAll);
    return taken;
  };
  const sendAll = (): void => {
    for (const held of take()) send(held);
  };
  const rejectAll = (): void => {
    // In the driver's own words.
    const error = new Error('None of startup nodes is available');
    for (const { command } of take()) command.reject(error);
  };
  return {
    push: (held) => {
      queue.push(held);
      if (queue.length > 1) return;
      cluster.once('ready', sendAll);
      cluster.once('end', rejectAll);
    },
    sendIfReady: () => {
      if (queue.length > 0 && cluster.status === 'ready') sendAll();
    },
  };
}
