/** The answer to a question, and the connection it came on. */
export interface LinkAnswer {
  readonly text: string;
  readonly connection: unknown;
}

/** One client of a driver as the shim's decisions need it; one adapter per driver. */
export interface RedisLink {
  /** Stands for the connection of the moment: another value after each reconnect. */
  readonly connection: unknown;
  /** Commands go to the server at once; else they wait for a connection. */
  readonly ready: boolean;
  /**
   * In cluster mode: whether replicas answer reads on this connection (`READONLY`); on others they
   * send clients to the primary. Undefined: not in cluster mode.
   */
  readonly readsReplicas: boolean | undefined;
  /** What `send` sends leaves in one packet, as far as the driver lets it. */
  together<T>(send: () => T): T;
  /**
   * Publishes `bid` right behind what was sent last. Should it reach the wire (again) only when
   * `isStale` holds, it must not publish the bid. Rejects as the driver does.
   */
  publish(channel: string, bid: string, isStale: () => boolean): Promise<unknown>;
  /** Asks `INFO replication` right behind what was sent last. Rejects as the driver does. */
  askReplication(): Promise<LinkAnswer>;
  /** The server answered the command with this error; else the driver or the connection failed. */
  isErrorReply(error: unknown): boolean;
}
