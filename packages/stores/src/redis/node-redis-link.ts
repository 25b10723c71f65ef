import type { NodeRedisClient } from './node-redis-driver.js';
import type { RedisLink } from './redis-link.js';

/** `isInCluster`: the client is a cluster's connection to one of its servers. */
export function createNodeRedisLink(client: NodeRedisClient, isInCluster: boolean): RedisLink {
  // The driver answers from a new connection a moment before it calls it ready and counts it.
  const readConnection = (): number => client.socketEpoch + (client.isReady ? 0 : 1);
  return {
    get connection() {
      return readConnection();
    },
    get ready() {
      return client.isReady;
    },
    get readsReplicas() {
      return isInCluster ? client.options.readonly === true : undefined;
    },
    // The driver does so by itself, at the end of the turn.
    together: (send) => send(),
    publish: (channel, bid, isStale) => {
      const parameters = ['PUBLISH', channel, bid];
      // The driver reads it when it writes the command, maybe to the next connection.
      Object.defineProperty(parameters, 2, { get: () => (isStale() ? '' : bid) });
      return client.sendCommand(parameters);
    },
    askReplication: async () => {
      const reply = await client.sendCommand(['INFO', 'replication']);
      return { text: String(reply), connection: readConnection() };
    },
    isErrorReply: (error) => error instanceof Error && isNamed(error, 'ErrorReply'),
  };
}

/** Errors that say that the command was not sent. */
export function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return NEVER_SENT.some((name) => isNamed(error, name)) || error.message === 'The queue is full';
}

const NEVER_SENT = [
  ...['ClientClosedError', 'ClientOfflineError', 'AbortError', 'TimeoutError', 'WatchError'],
];

/** Whether a class of this name is the error's, or one above it. */
function isNamed(error: Error, name: string): boolean {
  let prototype: object | null = Object.getPrototypeOf(error) as object | null;
  while (prototype !== null) {
    if (prototype.constructor.name === name) return true;
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return false;
}
