import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { expect, it } from 'vitest';
import type { IoredisCommand } from './ioredis-driver.js';
import { createIoredisLink } from './ioredis-link.js';
import type { NodeRedisClient } from './node-redis-driver.js';
import { createNodeRedisLink } from './node-redis-link.js';

// A driver may send a command again on its next connection, which can be one to another server.

const BID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

it('rule 10: ioredis does not publish a bid once it has become stale', () => {
  const sent: IoredisCommand[] = [];
  const client = new Redis({ lazyConnect: true });
  client.sendCommand = (command) => sent.push(command as never);
  let stale = false;
  const link = createIoredisLink(client as never, false);
  link.publish('channel', BID, () => stale).catch(() => undefined);
  const [command] = sent;
  expect(String(command?.toWritable({}))).toContain(BID);
  stale = true;
  expect(String(command?.toWritable({}))).toBe(
    '*3\r\n$7\r\npublish\r\n$7\r\nchannel\r\n$0\r\n\r\n',
  );
});

it('rule 10: node-redis does not publish a bid once it has become stale', () => {
  const sent: (readonly unknown[])[] = [];
  const client = createClient() as never as NodeRedisClient;
  const fake: NodeRedisClient = Object.create(client, {
    sendCommand: {
      value: (parameters: readonly unknown[]) => {
        sent.push(parameters);
        return Promise.resolve(0);
      },
    },
  }) as NodeRedisClient;
  let stale = false;
  const link = createNodeRedisLink(fake, false);
  link.publish('channel', BID, () => stale).catch(() => undefined);
  const [parameters = []] = sent;
  expect([...parameters]).toEqual(['PUBLISH', 'channel', BID]);
  stale = true;
  expect([...parameters]).toEqual(['PUBLISH', 'channel', '']);
});
