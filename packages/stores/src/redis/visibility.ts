import type {
  ReplicaConnection,
  SignallingReplica,
  SignalStrategy,
  WatermarkStrategy,
} from '@rendezvous/protocol';
import { isUlid, RendezvousError } from '@rendezvous/protocol';
import type { MonitorConnection } from './monitor-connection.js';
import { connectForMonitoring } from './monitor-connection.js';
import { encodePosition } from './position.js';
import { redisPositionOrder } from './position-order.js';
import { readReplication } from './read-replication.js';
import { toSignalChannel } from './signal-channel.js';

/**
 * How a monitor learns how far a Redis replica is.
 *
 * A replica applies its primary's commands one by one and in order, on the thread that serves reads.
 * Hence two ways. *Signals*: the shim publishes a write's bid right after the write on the same
 * connection; `PUBLISH` travels in the same stream, so the replica announces it when reads there see
 * the write. *Offsets*: `INFO replication` says how far the replica has applied that stream; it costs
 * a question each time, and misses nothing.
 *
 * With signals the offset is still read, less often: a signal that is lost (this connection broke, a
 * replica's link broke and it was rebuilt from a snapshot) delays a close and never loses one.
 *
 * A replica that is being rebuilt from a snapshot has no place in the stream, and counts as lost
 * until it is done.
 */
export interface RedisVisibilityOptions {
  /** `offset`: by the replication offset alone. Default `signal`. */
  readonly strategy?: 'signal' | 'offset';
  /** Until a server has accepted a connection and the login. Default 5,000 ms. */
  readonly connectTimeoutMs?: number;
  /** How long a server may take to answer before it counts as dead. Default 5,000 ms. */
  readonly requestTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 5_000;

/**
 * The visibility strategy for Redis (and Valkey) primaries with replicas, outside cluster mode.
 *
 * @example
 * const server = await createServer({ strategies: { redis: redisVisibility() }, … });
 */
export function redisVisibility(
  options: RedisVisibilityOptions = {},
): SignalStrategy | WatermarkStrategy {
  const { strategy = 'signal' } = options;
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const connect: Connect = (endpoint, signal) =>
    connectForMonitoring({ endpoint, connectTimeoutMs, requestTimeoutMs }, signal);
  const common = {
    order: redisPositionOrder,
    readPrimary: (endpoint: string, signal: AbortSignal) => readPrimary(connect, endpoint, signal),
  };
  if (strategy === 'offset') {
    return {
      ...common,
      kind: 'watermark',
      connectReplica: async ({ endpoint }, signal) => toReplica(await connect(endpoint, signal)),
    };
  }
  return {
    ...common,
    kind: 'signal',
    async connectReplica(target, signal) {
      const { endpoint } = target;
      const connection = await connect(endpoint, signal);
      await assertSignalsProve(connection);
      const channel = toSignalChannel(target);
      return toSignallingReplica(connection, channel, () => connect(endpoint, signal));
    },
  };
}

type Connect = (endpoint: string, signal: AbortSignal) => Promise<MonitorConnection>;

async function readPrimary(
  connect: Connect,
  endpoint: string,
  signal: AbortSignal,
): Promise<string> {
  const connection = await connect(endpoint, signal);
  try {
    const { role, position } = await readReplication(connection);
    if (role === 'primary' && position !== undefined) return encodePosition(position);
    throw new RendezvousError('store_failed', "the store's primary is a replica at the moment");
  } finally {
    await connection.shutdown();
  }
}

/** In cluster mode `PUBLISH` travels from server to server, ahead of the writes before it. */
async function assertSignalsProve(connection: MonitorConnection): Promise<void> {
  try {
    const info = await connection.request('INFO', 'cluster');
    if (typeof info === 'string' && !info.includes('cluster_enabled:1')) return;
    throw new RendezvousError(
      'store_failed',
      "the replica is in cluster mode: make the store one of kind 'redis-cluster'",
    );
  } catch (error) {
    await connection.shutdown();
    throw error;
  }
}

/** A replica that is asked for its offset. */
function toReplica(connection: MonitorConnection): ReplicaConnection {
  return {
    async readWatermark() {
      const { position } = await readReplication(connection);
      if (position !== undefined) return encodePosition(position);
      throw new RendezvousError('store_failed', 'the replica is being rebuilt from its primary');
    },
    lost: connection.lost,
    shutdown: connection.shutdown,
  };
}

/** A replica that announces writes, and is asked for its offset too. */
function toSignallingReplica(
  connection: MonitorConnection,
  channel: string,
  connectAgain: () => Promise<MonitorConnection>,
): SignallingReplica {
  const replica = toReplica(connection);
  // In RESP 2 a connection that is subscribed can ask nothing: signals have one of their own.
  let subscriber: MonitorConnection | undefined;
  let isShutDown = false;
  let announceLoss = (): void => undefined;
  const lost = new Promise<void>((resolve) => (announceLoss = resolve));
  replica.lost.then(announceLoss).catch(() => undefined);
  return {
    lost,
    async listen(listener) {
      subscriber = await connectAgain();
      subscriber.lost.then(announceLoss).catch(() => undefined);
      if (isShutDown) await subscriber.shutdown();
      await subscriber.subscribe(channel, (messages) => {
        // Anybody can publish; and a bid that must not be announced any more is an empty message.
        const bids = messages.filter(isUlid);
        if (bids.length > 0) listener(bids);
      });
    },
    async readWatermark() {
      const position = await replica.readWatermark();
      if (subscriber?.failure !== undefined) throw subscriber.failure;
      return position;
    },
    async shutdown() {
      isShutDown = true;
      await Promise.all([replica.shutdown(), subscriber?.shutdown()]);
    },
  };
}
