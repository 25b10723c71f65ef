/**
 * The demo's notification queue: a small broker that takes notifications in eu and hands each to
 * the subscriber in us, over TCP. It knows nothing of the posts, nor of Rendezvous.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { receiveLines, sendLine } from './json-lines.js';
import type { QueueContract } from './process-contracts.js';
import type { Notification, QueueEvent, QueueRequest } from './queue-messages.js';
import { serveParent } from './serve-parent.js';

serveParent<QueueContract>(async () => {
  /** Notifications that came while nobody was subscribed. */
  let backlog: Notification[] = [];
  let subscriber: Socket | undefined;

  const deliver = (): void => {
    if (subscriber === undefined) return;
    for (const notification of backlog) send(subscriber, { kind: 'notification', notification });
    backlog = [];
  };

  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('close', () => {
      if (subscriber === socket) subscriber = undefined;
    });
    receiveLines(socket, (value) => {
      const request = value as QueueRequest;
      if (request.kind === 'subscribe') {
        subscriber = socket;
      } else {
        backlog.push(request.notification);
        send(socket, { kind: 'published', id: request.id });
      }
      deliver();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return { ready: { port: address.port }, handlers: {} };
});

function send(socket: Socket, event: QueueEvent): void {
  sendLine(socket, event);
}
