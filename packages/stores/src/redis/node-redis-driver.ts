/**
 * The part of node-redis (6) that the shim uses. Users pass their own client; its types are never
 * imported.
 */
import type { Parameter } from './command-plan.js';
import type { NodeRedisBase } from './node-redis-methods.js';

/** A command of a `multi()`, as it is queued. */
export interface QueuedCommand {
  readonly args: readonly Parameter[];
}

export interface NodeRedisClient extends NodeRedisBase {
  readonly isReady: boolean;
  /** Another number after each reconnect. */
  readonly socketEpoch: number;
  readonly _self: NodeRedisClient;
  readonly clientSideCache?: unknown;
  readonly options: { readonly readonly?: boolean };
  sendCommand(parameters: readonly Parameter[], options?: object): Promise<unknown>;
  _executeMulti(
    commands: readonly QueuedCommand[],
    ...rest: readonly unknown[]
  ): Promise<readonly unknown[]>;
  _executePipeline(
    commands: readonly QueuedCommand[],
    ...rest: readonly unknown[]
  ): Promise<readonly unknown[]>;
  duplicate(...parameters: readonly unknown[]): NodeRedisClient;
  createPool(...parameters: readonly unknown[]): NodeRedisPool;
}

/** Runs on one of the clients that a pool, sentinel or cluster has of its servers. */
export type Run<T = unknown> = (node: NodeRedisClient, options?: object) => T;

export interface NodeRedisPool extends NodeRedisBase {
  readonly clientSideCache?: unknown;
  readonly idleClients: number;
  execute(run: Run): Promise<unknown>;
}

/** A connection to the primary that was lent by a sentinel. */
export interface NodeRedisLease extends NodeRedisBase {
  readonly commandOptions?: object;
  _execute(isReadonly: boolean | undefined, run: Run): Promise<unknown>;
}

export interface NodeRedisSentinel extends NodeRedisLease {
  readonly clientSideCache?: unknown;
  acquire(): Promise<NodeRedisLease>;
  use(run: (lease: NodeRedisLease) => unknown): Promise<unknown>;
  duplicate(...parameters: readonly unknown[]): NodeRedisSentinel;
}

export interface NodeRedisCluster extends NodeRedisBase {
  readonly clientSideCache?: unknown;
  readonly _self: NodeRedisCluster;
  readonly _slots: NodeRedisSlots;
  /** The first four parameters: parser, whether a replica will do, options, what to run. */
  readonly _execute: (...parameters: readonly unknown[]) => Promise<unknown>;
  readonly sendCommand: (...parameters: readonly unknown[]) => Promise<unknown>;
  readonly MULTI: (routing?: unknown) => unknown;
  nodeClient(node: unknown): NodeRedisClient | Promise<NodeRedisClient>;
  getNodeClientForKey(...parameters: readonly unknown[]): Promise<NodeRedisClient>;
  duplicate(...parameters: readonly unknown[]): NodeRedisCluster;
}

export interface NodeRedisSlots {
  getClientAndSlotNumber(
    ...parameters: readonly unknown[]
  ): Promise<{ readonly client: NodeRedisClient }>;
}
