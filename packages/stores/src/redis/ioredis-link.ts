import type { IoredisClient, IoredisCommand } from './ioredis-driver.js';
import type { LinkAnswer, RedisLink } from './redis-link.js';

/** The bid in the place of one that may not be published any more. */
const NO_BID = '';

/** `isInCluster`: the client is a cluster's connection to one of its servers. */
export function createIoredisLink(client: IoredisClient, isInCluster: boolean): RedisLink {
  return {
    get connection() {
      return client.stream;
    },
    get ready() {
      return client.status === 'ready';
    },
    get readsReplicas() {
      return isInCluster ? client.options.readOnly === true : undefined;
    },
    together: (send) => {
      const { stream } = client;
      stream?.cork?.();
      try {
        return send();
      } finally {
        stream?.uncork?.();
      }
    },
    publish: (channel, bid, isStale) => {
      const command = createCommand(client.publish, [channel, bid]);
      const { toWritable } = command;
      // Called for each connection on which the driver sends it.
      command.toWritable = (socket) => {
        if (isStale()) command.args[1] = NO_BID;
        return toWritable.call(command, socket);
      };
      client.sendCommand(command);
      return command.promise;
    },
    askReplication: async (): Promise<LinkAnswer> => {
      const command = createCommand(client.info, ['replication']);
      let connection: unknown;
      const { resolve } = command;
      command.resolve = (reply) => {
        connection = client.stream;
        resolve(reply);
      };
      client.sendCommand(command);
      return { text: String(await command.promise), connection };
    },
    isErrorReply: (error) => error instanceof Error && error.name === 'ReplyError',
  };
}

/** A command of the driver's own making that has not been sent. */
function createCommand(
  method: (...parameters: readonly string[]) => unknown,
  parameters: readonly string[],
): IoredisCommand {
  const nowhere = { options: {}, sendCommand: (command: IoredisCommand) => command };
  return Reflect.apply(method, nowhere, parameters) as IoredisCommand;
}
