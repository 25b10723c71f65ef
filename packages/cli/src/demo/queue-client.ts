/** How the writer and the reader reach the notification queue. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { receiveLines, sendLine } from './json-lines.js';
import type { Notification, QueueEvent, QueueRequest } from './queue-messages.js';

export interface Publisher {
  /** Resolves once the queue has the notification. */
  publish(notification: Notification): Promise<void>;
}

export async function connectPublisher(port: number): Promise<Publisher> {
  const socket = await dial(port);
  const published = new Map<number, () => void>();
  let lastId = 0;
  receiveLines(socket, (value) => {
    const event = value as QueueEvent;
    if (event.kind !== 'published') return;
    published.get(event.id)?.();
    published.delete(event.id);
  });
  return {
    publish: (notification) =>
      new Promise((resolve) => {
        const id = (lastId += 1);
        published.set(id, resolve);
        send(socket, { kind: 'publish', id, notification });
      }),
  };
}

/** Calls `receive` for every notification from now on, and for those that waited. */
export async function subscribe(
  port: number,
  receive: (notification: Notification) => void,
): Promise<void> {
  const socket = await dial(port);
  receiveLines(socket, (value) => {
    const event = value as QueueEvent;
    if (event.kind === 'notification') receive(event.notification);
  });
  send(socket, { kind: 'subscribe' });
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  // Without its queue a function has nothing to do: end, and the parent learns of it.
  socket.once('close', () => process.exit(1));
  return socket;
}

function send(socket: Socket, request: QueueRequest): void {
  sendLine(socket, request);
}
