/**
 * The part of node-redis (6) that the shim uses. Users pass their own client; its types are never
 * imported.
 */
import type { Parameter } from './command-plan.js';

/** A command of a `multi()`, as it is queued. */
export interface QueuedCommand {
  readonly args: readonly Parameter[];
}

export interface NodeRedisClient {
  readonly isReady: boolean;
  /** Another number after each reconnect. */
  readonly socketEpoch: number;
  /** The instance behind `withTypeMapping()` and the like, which alone has the private fields. */
  readonly _self: NodeRedisClient;
  readonly clientSideCache?: unknown;
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
}
