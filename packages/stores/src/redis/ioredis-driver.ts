/**
 * The part of ioredis (5 and 6) that the shim uses. Users pass their own client; its types are never
 * imported.
 */

/** A command on its way; drivers and scripts set its fields, hence few are readonly. */
export interface IoredisCommand {
  name: string;
  args: (string | Buffer)[];
  readonly promise: Promise<unknown>;
  /** Takes the reply as it came from the server. */
  resolve: (reply: unknown) => void;
  reject: (error: Error) => void;
  toWritable: (socket: object) => string | Buffer;
  /** Tells how replies are to be read on the connection at hand; from ioredis 6. */
  setReplyContext?: (context: unknown) => void;
  /** Stops the timers that the driver has set for it. */
  readonly _clearTimers?: () => void;
}

/** Where a pipeline collects what its commands write. */
export type IoredisStream = object;

export interface IoredisClient {
  readonly status: string;
  readonly stream?: { cork?: () => void; uncork?: () => void };
  readonly options: { readonly readOnly?: boolean };
  sendCommand(command: IoredisCommand, stream?: IoredisStream): unknown;
  getBuiltinCommands(): string[];
  readonly publish: (...parameters: readonly string[]) => unknown;
  readonly info: (...parameters: readonly string[]) => unknown;
  duplicate(...parameters: readonly unknown[]): object;
}

/** A command that a cluster has nowhere to send yet. */
export interface HeldCommand {
  readonly command: IoredisCommand;
  readonly stream?: IoredisStream;
  readonly node?: object;
}

export interface IoredisClusterPool {
  readonly nodes: Readonly<Record<'all' | 'master' | 'slave', object>>;
  getNodes(role?: string): IoredisClient[];
}

export interface IoredisCluster {
  readonly isCluster: true;
  readonly status: string;
  readonly connectionPool: IoredisClusterPool;
  readonly sendCommand: (command: IoredisCommand, stream?: IoredisStream, node?: object) => unknown;
  getBuiltinCommands(): string[];
  duplicate(...parameters: readonly unknown[]): object;
  once(event: 'ready' | 'end', listener: () => void): unknown;
  removeListener(event: 'ready' | 'end', listener: () => void): unknown;
}
